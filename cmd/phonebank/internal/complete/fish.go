package complete

import (
	"fmt"
	"strings"
)

// fish writes a line a word, with the condition under which it is offered.
func fish(root Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# fish completion for %s\n", root.Name)
	each(root, nil, func(path []string, c Command) {
		here := fishCondition(path, c)
		for _, below := range c.Below {
			fmt.Fprintf(&b, "complete -c %s -f -n %s -a %s -d %s\n", root.Name, quote(here), quote(below.Name), quote(below.Usage))
		}
		if c.Words != nil && len(c.Below) == 0 {
			fmt.Fprintf(&b, "complete -c %s -f -n %s", root.Name, quote(here))
			if len(c.Words) > 0 {
				fmt.Fprintf(&b, " -a %s", quote(strings.Join(c.Words, " ")))
			}
			b.WriteString("\n")
		}
		for _, f := range c.Flags {
			fmt.Fprintf(&b, "complete -c %s -n %s", root.Name, quote(here))
			for _, name := range f.Names {
				if len(name) == 1 {
					fmt.Fprintf(&b, " -s %s", name)
				} else {
					fmt.Fprintf(&b, " -l %s", name)
				}
			}
			switch {
			case f.Words != nil:
				fmt.Fprintf(&b, " -x -a %s", quote(strings.Join(f.Words, " ")))
			case f.Value:
				b.WriteString(" -r")
			}
			fmt.Fprintf(&b, " -d %s\n", quote(f.Usage))
		}
	})
	return b.String()
}

// fishCondition holds where a command has been typed and none of those below.
func fishCondition(path []string, c Command) string {
	var parts []string
	for _, name := range path[1:] {
		parts = append(parts, "__fish_seen_subcommand_from "+name)
	}
	if len(c.Below) > 0 {
		parts = append(parts, "not __fish_seen_subcommand_from "+strings.Join(c.names(), " "))
	}
	if len(parts) == 0 {
		return "true"
	}
	return strings.Join(parts, "; and ")
}
