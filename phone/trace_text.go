package phone

import "fmt"

// Lines is the step as text: what was found, and below it what it was found in.
func (s TraceStep) Lines() []string {
	lines := []string{fmt.Sprintf("%-10s %s", s.Step, s.Text)}
	for _, it := range s.Items {
		lines = append(lines, below("offset %5d  tag %2d %-20s %5d bytes  %s", it.Offset, it.Tag, it.Name, it.Length, it.Value))
	}
	for _, r := range s.Records {
		lines = append(lines, below("%s", r.line(s.Step == "signers")))
	}
	for _, text := range s.Console {
		lines = append(lines, below("%s", text))
	}
	return lines
}

func below(format string, args ...any) string {
	return "           " + fmt.Sprintf(format, args...)
}

// line is a record; with rights it says whether it may sign.
func (r TraceRecord) line(rights bool) string {
	list := "the list itself"
	if r.List != "" {
		list = "held " + r.List
	}
	may := ""
	switch {
	case rights && r.May:
		may = "may sign: "
	case rights:
		may = "may not:  "
	}
	serial := r.Serial
	if serial == "" {
		serial = "none"
	}
	return fmt.Sprintf("%s%s record %d, bytes %d–%d, %s, %s (serial %s)", may, list, r.Record, r.Offset, r.Offset+r.Length-1, r.Role, r.Name, serial)
}
