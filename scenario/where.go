package scenario

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/phonebank/phonebank/scenario/internal/phrase"
)

// Where says where the core of a run is.
type Where struct {
	Kind    WhereKind
	Targets []string // of Remote: TFTP servers, host:port, tried in order
}

// WhereKind is a kind of place for a core.
type WhereKind string

// The places of a core. The zero value means embedded.
const (
	Embedded WhereKind = "embedded" // in this process; in a child when the fleet would not fit
	Local    WhereKind = "local"    // in a child process
	Remote   WhereKind = "remote"   // somebody else's
)

// tftpPort is where a cluster serves files.
const tftpPort = 69

// ParseWhere reads "embedded", "local", or one or more TFTP servers separated
// by commas: "10.0.0.1", "cucm-pub:6969,cucm-sub".
func ParseWhere(text string) (Where, error) {
	switch text {
	case "":
		return Where{}, phrase.Faultf(0, "no core is named; write embedded, local or host[:port]")
	case string(Embedded), string(Local):
		return Where{Kind: WhereKind(text)}, nil
	}
	w := Where{Kind: Remote}
	offset := 0
	for part := range strings.SplitSeq(text, ",") {
		target, err := parseTarget(strings.TrimSpace(part))
		if err != nil {
			return Where{}, phrase.At(offset+len(part)-len(strings.TrimLeft(part, " ")), err)
		}
		w.Targets = append(w.Targets, target)
		offset += len(part) + 1
	}
	return w, nil
}

func parseTarget(text string) (string, error) {
	if near := phrase.Nearest(text, []string{string(Embedded), string(Local)}); near != "" {
		return "", phrase.Faultf(0, "%q is no core; did you mean %q?", text, near)
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = text, strconv.Itoa(tftpPort)
	}
	if !isHost(host) {
		return "", phrase.Faultf(0, "%q is no host; write embedded, local or host[:port]", text)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", phrase.Faultf(len(host)+1, "%q is no port", port)
	}
	return net.JoinHostPort(host, port), nil
}

// isHost accepts an IPv4 address or a name that DNS could hold.
func isHost(text string) bool {
	if strings.Trim(text, "0123456789.") == "" {
		a, err := netip.ParseAddr(text)
		return err == nil && a.Is4()
	}
	for _, c := range text {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return text != "" && len(text) <= 253
}

// String returns the place as ParseWhere reads it.
func (w Where) String() string {
	if w.Kind == Remote {
		return strings.Join(w.Targets, ",")
	}
	return string(w.Kind)
}
