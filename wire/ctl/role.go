package ctl

import "fmt"

// Role is what a record's certificate may do: FUNCTION, tag 4 (trust list,
// section 5). An unknown number grants nothing.
type Role uint16

// The roles that phones know.
const (
	RoleSAST      Role = 0  // may sign the next trust list
	RoleCCM       Role = 1  // TLS peer on 2443
	RoleCCMTFTP   Role = 2  // TLS peer on 2443, signs configuration
	RoleTFTP      Role = 3  // signs configuration
	RoleCAPF      Role = 4  // TLS peer on 3804
	RoleAppServer Role = 7  // peer of phone services
	RoleTVS       Role = 21 // TLS peer on 2445; only in an ITL
)

// String is the role as "show ctl" prints it.
func (r Role) String() string {
	if r == RoleSAST {
		return "System Administrator Security Token"
	}
	return r.Short()
}

// Short is the role in one word; "role 99" for an unknown one.
func (r Role) Short() string {
	switch r {
	case RoleSAST:
		return "SAST"
	case RoleCCM:
		return "CCM"
	case RoleCCMTFTP:
		return "CCM+TFTP"
	case RoleTFTP:
		return "TFTP"
	case RoleCAPF:
		return "CAPF"
	case RoleAppServer:
		return "APP-SERVER"
	case RoleTVS:
		return "TVS"
	}
	return fmt.Sprintf("role %d", uint16(r))
}

// ParseRole is the reverse of Short for the roles that phones know.
func ParseRole(s string) (Role, error) {
	for _, r := range []Role{RoleSAST, RoleCCM, RoleCCMTFTP, RoleTFTP, RoleCAPF, RoleAppServer, RoleTVS} {
		if s == r.Short() {
			return r, nil
		}
	}
	return 0, fmt.Errorf("role %q: want SAST, CCM, CCM+TFTP, TFTP, CAPF, APP-SERVER or TVS", s)
}
