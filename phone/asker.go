package phone

// asker is the phone's way to ask TVS: nil for a model without security by
// default, or when the configuration names no server. A phone asks the servers
// of the configuration that it holds, because it asks before it can fetch a
// new one.
func (b *boot) asker() Asker {
	config := b.flash.Config
	if b.config != nil {
		config = b.config
	}
	if !b.id.Model.SecurityByDefault || config == nil || len(config.TVS) == 0 {
		return nil
	}
	if p := b.Phone; b.tvs == nil {
		timers := b.id.Model.Timers
		secured := newTLSConfig(b.id.Model, b.held(), nil)
		secured.KeyLogWriter = b.env.KeyLog
		b.tvs = &TVSClient{
			Device: "CP-" + b.id.Model.Name + "-" + string(b.id.Name), Dial: b.dialer(),
			TLS:     secured,
			Connect: timers.Connect, Handshake: timers.Handshake, Timeout: timers.TVS,
			Asked:    func(asked TVSAsked) { p.say(asked) },
			Answered: func(answered TVSAnswered) { p.say(answered) },
		}
	}
	b.tvs.Held = b.held()
	b.tvs.Servers = config.TVS
	b.tvs.Identity = b.flash.LSC
	return b.tvs
}
