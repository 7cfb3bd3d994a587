package check

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	jobset "sigs.k8s.io/jobset/api/jobset/v1alpha2"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// A manifest is a file, and what it starts.
type manifest struct {
	name, text          string
	service             *corev1.Service // nil in a JobSet, which makes its own
	set                 *jobset.JobSet  // nil without JobSet
	controller, workers batchv1.JobTemplateSpec
	// host is where the controller is.
	host string
}

var files = []string{"../jobset.yaml", "../indexed-job.yaml"}

// strict decodes a document as the API server does where it is asked to validate fields strictly:
// unknown fields, also such as differ in case alone, and repeated ones are errors.
func strict(document string, into any) error {
	text, err := yaml.YAMLToJSONStrict([]byte(document))
	if err != nil {
		return err
	}
	mistakes, err := json.UnmarshalStrict(text, into)
	return errors.Join(append(mistakes, err)...)
}

func decode(t *testing.T, document string, into any) {
	t.Helper()
	if err := strict(document, into); err != nil {
		t.Fatal(err)
	}
}

// read reads a manifest. What it says that the types do not know, or says twice, is an error.
func read(t *testing.T, name string) *manifest {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	m := &manifest{name: name, text: string(text)}
	for _, document := range regexp.MustCompile(`(?m)^---$`).Split(m.text, -1) {
		var of metav1.TypeMeta
		if err := yaml.Unmarshal([]byte(document), &of); err != nil {
			t.Fatal(err)
		}
		switch of.APIVersion + " " + of.Kind {
		case "v1 Service":
			m.service = new(corev1.Service)
			decode(t, document, m.service)
			m.host = m.service.Name
		case "batch/v1 Job":
			var job batchv1.Job
			decode(t, document, &job)
			m.put(t, strings.TrimPrefix(job.Name, "agentperf-"), batchv1.JobTemplateSpec{ObjectMeta: job.ObjectMeta, Spec: job.Spec})
		case "jobset.x-k8s.io/v1alpha2 JobSet":
			m.set = new(jobset.JobSet)
			decode(t, document, m.set)
			for _, r := range m.set.Spec.ReplicatedJobs {
				if r.Replicas != 1 {
					t.Errorf("%s: %d jobs", r.Name, r.Replicas)
				}
				m.put(t, r.Name, r.Template)
			}
			m.host = m.set.Name + "-controller-0-0." + m.set.Name
		default:
			t.Fatalf("%s: a document of another kind: %v", name, of)
		}
	}
	return m
}

func (m *manifest) put(t *testing.T, name string, job batchv1.JobTemplateSpec) {
	t.Helper()
	switch name {
	case "controller":
		m.controller = job
	case "workers":
		m.workers = job
	default:
		t.Fatalf("%s: a job %q", m.name, name)
	}
}

// container returns the only container of a job.
func container(t *testing.T, job *batchv1.JobTemplateSpec) *corev1.Container {
	t.Helper()
	pod := &job.Spec.Template.Spec
	if len(pod.Containers) != 1 || len(pod.InitContainers) != 0 {
		t.Fatalf("%d containers and %d before them", len(pod.Containers), len(pod.InitContainers))
	}
	return &pod.Containers[0]
}

// flagOf returns the value of a flag among arguments.
func flagOf(t *testing.T, args []string, name string) string {
	t.Helper()
	for _, arg := range args {
		if value, ok := strings.CutPrefix(arg, "-"+name+"="); ok {
			return value
		}
	}
	t.Errorf("no -%s in %q", name, args)
	return ""
}

// Mistakes that the API server would find, or nobody.
func TestStrict(t *testing.T) {
	text, err := os.ReadFile("../indexed-job.yaml")
	if err != nil {
		t.Fatal(err)
	}
	documents := strings.Split(string(text), "\n---\n")
	for old, mistake := range map[string]string{
		"backoffLimit:":       "backOffLimit:",
		"runAsNonRoot: true":  "runAsNonRoot: yes please",
		"readOnly: true":      "readonly: true",
		"restartPolicy:":      "restartPolicy: Never\n      restartPolicy:",
		`cpu: "4"`:            `cpu: four`,
		"secretKeyRef: {name": "secretKeyRef: {nam",
	} {
		wrong := strings.Replace(documents[1], old, mistake, 1)
		if err := strict(wrong, new(batchv1.Job)); err == nil || wrong == documents[1] {
			t.Errorf("%s was taken for %s", mistake, old)
		}
	}
	if text, err = os.ReadFile("../jobset.yaml"); err != nil {
		t.Fatal(err)
	}
	for old, mistake := range map[string]string{
		"replicas:":               "replica:",
		"maxRestarts: 0":          "maxRestarts: none",
		"targetReplicatedJobs:":   "targetJobs:",
		"enableDNSHostnames:":     "enableDnsHostnames:",
		"completionMode: Indexed": "completionmode: Indexed",
	} {
		wrong := strings.Replace(string(text), old, mistake, 1)
		if err := strict(wrong, new(jobset.JobSet)); err == nil || wrong == string(text) {
			t.Errorf("%s was taken for %s", mistake, old)
		}
	}
}
