package complete

import (
	"fmt"
	"strings"
)

// bash writes one function: it walks the words typed so far down the tree, then
// offers what the command there knows.
func bash(root Command) string {
	var b strings.Builder
	name := root.Name
	fmt.Fprintf(&b, "# bash completion for %s\n_%s() {\n", name, name)
	b.WriteString(`    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    local path=` + name + ` word i
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case "$path $word" in
`)
	each(root, nil, func(path []string, _ Command) {
		if len(path) > 1 {
			joined := strings.Join(path, " ")
			fmt.Fprintf(&b, "        %s) path=%s ;;\n", quote(joined), quote(joined))
		}
	})
	b.WriteString("        esac\n    done\n    local flags valued words\n    case $path in\n")
	each(root, nil, func(path []string, c Command) {
		words := strings.Join(append(c.names(), c.Words...), " ")
		if c.Words == nil && len(c.Below) == 0 {
			words = "@files"
		}
		fmt.Fprintf(&b, "    %s)\n        flags=%s\n        valued=%s\n        words=%s\n        ;;\n",
			quote(strings.Join(path, " ")), quote(strings.Join(c.flagWords(false), " ")),
			quote(" "+strings.Join(c.flagWords(true), " ")+" "), quote(words))
	})
	b.WriteString("    esac\n    local choices=\n    case \"$path $prev\" in\n")
	each(root, nil, func(path []string, c Command) {
		for _, f := range c.Flags {
			for _, name := range f.Names {
				if f.Words != nil {
					fmt.Fprintf(&b, "    %s) choices=%s ;;\n", quote(strings.Join(path, " ")+" "+dashed(name)), quote(strings.Join(f.Words, " ")))
				}
			}
		}
	})
	b.WriteString(`    esac
    if [[ -n $choices ]]; then
        COMPREPLY=($(compgen -W "$choices" -- "$cur"))
    elif [[ $valued == *" $prev "* ]]; then
        COMPREPLY=($(compgen -f -- "$cur"))
    elif [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$flags" -- "$cur"))
    elif [[ $words == @files ]]; then
        COMPREPLY=($(compgen -f -- "$cur"))
    else
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    fi
}
`)
	fmt.Fprintf(&b, "complete -o filenames -F _%s %s\n", name, name)
	return b.String()
}
