package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	validate "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestManifests(t *testing.T) {
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			m := read(t, name)
			for _, job := range []*batchv1.JobTemplateSpec{&m.controller, &m.workers} {
				checkJob(t, job)
				checkPod(t, &job.Spec.Template)
				checkMounts(t, job)
			}
			checkFleet(t, m)
			checkReachable(t, m)
		})
	}
}

// checkJob checks what the API server demands of a job beyond its types, and that what is lost is
// replaced.
func checkJob(t *testing.T, job *batchv1.JobTemplateSpec) {
	t.Helper()
	s, c := &job.Spec, container(t, job)
	if s.Template.Spec.RestartPolicy != corev1.RestartPolicyNever || s.PodFailurePolicy == nil {
		t.Fatal("a policy of failures needs the restart policy Never")
	}
	if errs := validate.ValidateLabels(s.Template.Labels, field.NewPath("labels")); len(errs) > 0 {
		t.Error(errs)
	}
	disrupted := false
	for _, rule := range s.PodFailurePolicy.Rules {
		if (rule.OnExitCodes == nil) == (len(rule.OnPodConditions) == 0) {
			t.Error("a rule needs one of exit codes and conditions")
		}
		if e := rule.OnExitCodes; e != nil {
			if *e.ContainerName != c.Name || e.Operator != batchv1.PodFailurePolicyOnExitCodesOpIn || !slices.IsSorted(e.Values) || slices.Contains(e.Values, 0) {
				t.Errorf("exit codes: %v", e)
			}
			if slices.Contains(e.Values, 1) {
				t.Error("a failure is not tried again")
			}
		}
		for _, condition := range rule.OnPodConditions {
			disrupted = disrupted || condition.Type == corev1.DisruptionTarget && rule.Action == batchv1.PodFailurePolicyActionIgnore
		}
	}
	if !disrupted {
		t.Error("a drained node counts as a failure")
	}
	if s.PodReplacementPolicy != nil && *s.PodReplacementPolicy != batchv1.Failed {
		t.Error("with a policy of failures only the replacement policy Failed is allowed")
	}
	if s.BackoffLimitPerIndex != nil && (s.CompletionMode == nil || *s.CompletionMode != batchv1.IndexedCompletion) {
		t.Error("a limit for each index needs indices")
	}
}

func yes(b *bool) bool { return b != nil && *b }
func no(b *bool) bool  { return b != nil && !*b }

// checkPod checks that a pod is confined, has its processors, and shares its node with none of its
// kind.
func checkPod(t *testing.T, template *corev1.PodTemplateSpec) {
	t.Helper()
	pod, c := &template.Spec, &template.Spec.Containers[0]
	switch s := pod.SecurityContext; {
	case !yes(s.RunAsNonRoot), *s.RunAsUser == 0, s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault, !no(pod.AutomountServiceAccountToken):
		t.Error("the pod is not confined")
	}
	switch s := c.SecurityContext; {
	case !no(s.AllowPrivilegeEscalation), !yes(s.ReadOnlyRootFilesystem), !slices.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}), len(s.Capabilities.Add) > 0:
		t.Error("the container is not confined")
	}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		request, limit := c.Resources.Requests[name], c.Resources.Limits[name]
		if request.IsZero() || request.Cmp(limit) != 0 {
			t.Errorf("%s: a request of %v, a limit of %v", name, &request, &limit)
		}
	}
	if cpu := c.Resources.Limits[corev1.ResourceCPU]; cpu.MilliValue()%1000 != 0 {
		t.Errorf("%v processors: want whole ones", &cpu)
	}
	alone := false
	for _, term := range pod.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
		selector, err := metav1.LabelSelectorAsSelector(term.LabelSelector)
		if err != nil {
			t.Error(err)
			continue
		}
		alone = alone || term.TopologyKey == corev1.LabelHostname && selector.Matches(labels.Set{"app.kubernetes.io/part-of": "agentperf-fleet"}) && selector.Matches(labels.Set(template.Labels))
	}
	if !alone {
		t.Error("two pods of the fleet may be on one node")
	}
	for _, term := range pod.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, e := range term.MatchExpressions {
			if errs := validation.IsQualifiedName(e.Key); len(errs) > 0 || e.Operator != corev1.NodeSelectorOpDoesNotExist || len(e.Values) > 0 {
				t.Errorf("%v: %v", e, errs)
			}
		}
	}
	for _, e := range c.Env {
		if e.Value != "" || e.ValueFrom.SecretKeyRef == nil {
			t.Errorf("%s is not from a secret", e.Name)
		}
	}
	if key := flagOf(t, c.Args, "api-key-env"); !slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool { return e.Name == key }) {
		t.Errorf("no %s in the environment", key)
	}
}

// checkMounts checks that volumes and mounts fit together, and that files which flags name are
// mounted, read-only but for results.
func checkMounts(t *testing.T, job *batchv1.JobTemplateSpec) {
	t.Helper()
	c := container(t, job)
	used := make(map[string]bool)
	for _, mount := range c.VolumeMounts {
		used[mount.Name] = true
		if mount.ReadOnly == (mount.Name == "results") {
			t.Errorf("%s: read-only is %v", mount.MountPath, mount.ReadOnly)
		}
	}
	for _, v := range job.Spec.Template.Spec.Volumes {
		if !used[v.Name] {
			t.Errorf("volume %s is not used", v.Name)
		}
		delete(used, v.Name)
		if v.Secret != nil && *v.Secret.DefaultMode != 0o440 {
			t.Errorf("%s: mode %o", v.Name, *v.Secret.DefaultMode)
		}
	}
	if len(used) > 0 {
		t.Errorf("no volumes %v", used)
	}
	for _, arg := range c.Args {
		_, file, _ := strings.Cut(arg, "=")
		if strings.HasPrefix(file, "/") && !slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool {
			return file == m.MountPath || strings.HasPrefix(file, m.MountPath+"/")
		}) {
			t.Errorf("%s is on no volume", arg)
		}
	}
}

// checkFleet checks that controller and workers agree, and that workers have the names of their
// certificates.
func checkFleet(t *testing.T, m *manifest) {
	t.Helper()
	controller, worker := container(t, &m.controller), container(t, &m.workers)
	s := &m.workers.Spec
	n := *s.Completions
	if *s.CompletionMode != batchv1.IndexedCompletion || *s.Parallelism != n || flagOf(t, controller.Args, "workers") != strconv.Itoa(int(n)) {
		t.Errorf("%d workers, %d at a time, where the controller waits for %s", n, *s.Parallelism, flagOf(t, controller.Args, "workers"))
	}
	if *s.BackoffLimitPerIndex < 1 || *s.MaxFailedIndexes != 0 {
		t.Error("a lost worker is not replaced, or a fleet without one goes on")
	}
	if controller.Image != worker.Image {
		t.Errorf("images %s and %s: builds must be equal", controller.Image, worker.Image)
	}
	for _, same := range []string{"workload", "endpoint"} {
		if a, b := flagOf(t, controller.Args, same), flagOf(t, worker.Args, same); a != b {
			t.Errorf("-%s %s and %s", same, a, b)
		}
	}
	name := flagOf(t, worker.Args, "name")
	words := []string{"certs.sh", "pki", m.host}
	for index := range int(n) {
		of := strings.ReplaceAll(name, "$(JOB_COMPLETION_INDEX)", strconv.Itoa(index))
		if errs := validation.IsDNS1123Label(of); len(errs) > 0 || of == name {
			t.Errorf("worker %s: %v", of, errs)
		}
		words = append(words, of)
	}
	recipe := strings.Join(words, " ")
	if !strings.Contains(m.text, "\n#     "+recipe+"\n") {
		t.Errorf("it does not say how certificates are made: %s", recipe)
	}
	for _, mount := range worker.VolumeMounts {
		if mount.Name == "tls" && mount.MountPath != "/tls/ca.crt" && mount.SubPathExpr != name+strings.TrimPrefix(mount.MountPath, "/tls/tls") {
			t.Errorf("%s is %s: a worker has another's, or all", mount.MountPath, mount.SubPathExpr)
		}
	}
}

// checkReachable checks that the controller is where the workers look for it.
func checkReachable(t *testing.T, m *manifest) {
	t.Helper()
	controller, worker := container(t, &m.controller), container(t, &m.workers)
	port := controller.Ports[0]
	if got, want := flagOf(t, worker.Args, "controller"), fmt.Sprintf("tls://%s:%d", m.host, port.ContainerPort); got != want {
		t.Errorf("workers connect to %s, and the controller is at %s", got, want)
	}
	if got, want := flagOf(t, controller.Args, "listen"), fmt.Sprintf(":%d", port.ContainerPort); got != want {
		t.Errorf("it listens at %s, and its port is %s", got, want)
	}
	for part := range strings.SplitSeq(m.host, ".") {
		if errs := validation.IsDNS1123Label(part); len(errs) > 0 {
			t.Errorf("%s: %v", m.host, errs)
		}
	}
	if m.set != nil {
		s := &m.set.Spec
		if !yes(s.Network.EnableDNSHostnames) || *m.controller.Spec.CompletionMode != batchv1.IndexedCompletion {
			t.Error("the controller has no name")
		}
		if s.SuccessPolicy.Operator != "All" || !slices.Equal(s.SuccessPolicy.TargetReplicatedJobs, []string{"controller"}) || s.FailurePolicy.MaxRestarts != 0 {
			t.Errorf("it ends at another time: %+v", s.SuccessPolicy)
		}
		return
	}
	service := m.service.Spec
	if service.ClusterIP != corev1.ClusterIPNone || service.Ports[0].Port != port.ContainerPort || service.Ports[0].TargetPort.StrVal != port.Name {
		t.Errorf("the service is of other ports: %+v", service.Ports)
	}
	if of := labels.SelectorFromSet(service.Selector); !of.Matches(labels.Set(m.controller.Spec.Template.Labels)) || of.Matches(labels.Set(m.workers.Spec.Template.Labels)) {
		t.Error("the service is of other pods")
	}
}
