package dialect

import "github.com/agentperf/agentperf-go/internal/jsonscan"

// noParameters is the schema of a tool without one, which both APIs demand.
const noParameters = `{"type":"object","properties":{}}`

// MessagesTools returns tool definitions of chat completions, a compact JSON array, as those
// of Messages, without the brackets of the array. The result shares their memory. What is no
// function stays as it is.
func MessagesTools(list []byte, notes Notes) [][]byte {
	return tools(list, notes, func(p *Parts, f function) {
		p.Write(`{"name":`)
		p.Copy(f.name)
		if f.description != nil {
			p.Write(`,"description":`)
			p.Share(f.description)
		}
		p.Write(`,"input_schema":`)
		p.Share(f.schema)
		p.Write(`}`)
	})
}

// ResponsesTools is MessagesTools for Responses.
func ResponsesTools(list []byte, notes Notes) [][]byte {
	return tools(list, notes, func(p *Parts, f function) {
		p.Write(`{"type":"function","name":`)
		p.Copy(f.name)
		if f.description != nil {
			p.Write(`,"description":`)
			p.Share(f.description)
		}
		p.Write(`,"parameters":`)
		p.Share(f.schema)
		p.Write(`,"strict":`)
		p.Copy(f.strict)
		p.Write(`}`)
	})
}

// A function is the definition of a tool, its fields as JSON. Description is nil if absent.
type function struct{ name, description, schema, strict []byte }

func tools(list []byte, notes Notes, add func(*Parts, function)) [][]byte {
	var p Parts
	eachObject(list, func(_ Span, tool []byte) {
		if !p.Empty() {
			p.Write(",")
		}
		f, ok := functionOf(tool)
		if !ok {
			notes.add(Content, "a tool is no function, and sent as it is: %.60s", tool)
			p.Share(tool)
			return
		}
		add(&p, f)
	})
	return p.Segments()
}

func functionOf(tool []byte) (f function, ok bool) {
	f = function{schema: []byte(noParameters), strict: []byte("false")}
	s := jsonscan.Scanner{Data: tool}
	s.Object(func(key []byte) {
		name, value := string(key), s.Skip()
		if name != "function" || value[0] != '{' {
			return
		}
		in := jsonscan.Scanner{Data: value}
		in.Object(func(key []byte) {
			switch name, value := string(key), in.Skip(); {
			case name == "name" && value[0] == '"':
				f.name = value
			case name == "description" && value[0] == '"':
				f.description = value
			case name == "parameters" && value[0] == '{':
				f.schema = value
			case name == "strict" && (string(value) == "true" || string(value) == "false"):
				f.strict = value
			}
		})
	})
	return f, f.name != nil
}
