package local

import (
	"fmt"
	"net/netip"
	"strings"
)

// Ready is the last start-up line of "phonebank core".
type Ready struct {
	TFTP  string // host:port
	Nodes []netip.Addr
}

// String returns "ready tftp=127.1.2.1:6969 nodes=127.1.2.1,127.1.2.2".
func (r Ready) String() string {
	nodes := make([]string, len(r.Nodes))
	for i, n := range r.Nodes {
		nodes[i] = n.String()
	}
	return fmt.Sprintf("ready tftp=%s nodes=%s", r.TFTP, strings.Join(nodes, ","))
}

// ParseReady reads such a line.
func ParseReady(line string) (Ready, error) {
	var r Ready
	var nodes string
	if _, err := fmt.Sscanf(line, "ready tftp=%s nodes=%s", &r.TFTP, &nodes); err != nil {
		return Ready{}, fmt.Errorf("%q is no ready line", line)
	}
	for node := range strings.SplitSeq(nodes, ",") {
		a, err := netip.ParseAddr(node)
		if err != nil {
			return Ready{}, fmt.Errorf("%q is no ready line: %w", line, err)
		}
		r.Nodes = append(r.Nodes, a)
	}
	return r, nil
}
