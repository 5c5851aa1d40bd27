package phone

import (
	"context"

	"github.com/phonebank/phonebank/wire/ctl"
)

// Service is what a phone wants of the server that it connects to.
type Service string

// The services that a phone connects to.
const (
	ServiceTFTP        Service = "tftp"
	ServiceCAPF        Service = "capf"
	ServiceTVS         Service = "tvs"
	ServiceCallManager Service = "callmanager"
)

// wanted is the context key of the service that a connection is for.
type wanted struct{}

// Wanted is the service that a connection is for. Env.Dial may ask: the port
// does not tell, because the configuration may name any. It is empty for a
// context that is not of a phone's dialling.
func Wanted(ctx context.Context) Service {
	service, _ := ctx.Value(wanted{}).(Service)
	return service
}

func wanting(ctx context.Context, service Service) context.Context {
	return context.WithValue(ctx, wanted{}, service)
}

// serviceOf is the service whose certificate has to have one of the roles;
// without any it is a CallManager in the clear.
func serviceOf(roles []ctl.Role) Service {
	for _, role := range roles {
		if role == ctl.RoleCAPF {
			return ServiceCAPF
		}
	}
	return ServiceCallManager
}
