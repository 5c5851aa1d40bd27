package complete

import (
	"fmt"
	"strings"
)

// zsh writes a function a command, in the language of _arguments.
func zsh(root Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %s\n", root.Name)
	each(root, nil, func(path []string, c Command) {
		fmt.Fprintf(&b, "\n%s() {\n", function(path))
		b.WriteString("    local -a flags=(\n")
		for _, f := range c.Flags {
			value := ""
			switch {
			case f.Words != nil:
				value = ":value:(" + strings.Join(f.Words, " ") + ")"
			case f.Value:
				value = ":value:_files"
			}
			for _, name := range f.Names {
				fmt.Fprintf(&b, "        %s\n", quote(dashed(name)+"["+bracketed(f.Usage)+"]"+value))
			}
		}
		b.WriteString("    )\n")
		switch {
		case len(c.Below) > 0:
			b.WriteString("    local -a commands=(\n")
			for _, below := range c.Below {
				fmt.Fprintf(&b, "        %s\n", quote(below.Name+":"+strings.ReplaceAll(below.Usage, ":", `\:`)))
			}
			b.WriteString("    )\n    local state\n    _arguments -C $flags '1: :->command' '*:: :->rest'\n    case $state in\n")
			b.WriteString("    command) _describe command commands ;;\n    rest)\n        case $words[1] in\n")
			for _, below := range c.Below {
				fmt.Fprintf(&b, "        %s) %s ;;\n", below.Name, function(append(path[:len(path):len(path)], below.Name)))
			}
			b.WriteString("        esac\n        ;;\n    esac\n")
		case c.Words == nil:
			b.WriteString("    _arguments $flags '*:file:_files'\n")
		case len(c.Words) == 0:
			b.WriteString("    _arguments $flags\n")
		default:
			fmt.Fprintf(&b, "    _arguments $flags '1:word:(%s)'\n", strings.Join(c.Words, " "))
		}
		b.WriteString("}\n")
	})
	fmt.Fprintf(&b, "\nif [ \"$funcstack[1]\" = _%s ]; then\n    _%s \"$@\"\nelse\n    compdef _%s %s\nfi\n", root.Name, root.Name, root.Name, root.Name)
	return b.String()
}

func function(path []string) string { return "_" + strings.Join(path, "_") }

func bracketed(text string) string {
	return strings.NewReplacer("[", "(", "]", ")", ":", " -").Replace(text)
}
