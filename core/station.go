package core

import (
	"strings"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/sccp"
)

// station is the CallManager's side of one SCCP connection, registration and
// the questions around it (SCCP, sections 5.1 and 9). It is pure: a message in,
// messages and an outcome out; its desk is memory.
//
//	state         message                             answer
//	any           KeepAliveReq                        KeepAliveAck
//	any           Alarm and what only informs         -
//	any           more than 2,000 messages in 5 s     - ; hang up
//	connected     RegisterTokenReq                    RegisterTokenAck, or RegisterTokenReject with a wait
//	connected     RegisterReq, good                   RegisterAck, CapabilitiesReq; now registered
//	connected     RegisterReq, bad                    RegisterReject with the cause; hang up
//	connected     anything else                       -
//	registered    RegisterReq, same device            RegisterAck, CapabilitiesReq
//	registered    RegisterReq, another device         RegisterReject; hang up
//	registered    …Req about templates, lines, time   the …Res
//	registered    UnregisterReq                       UnregisterAck; now connected; hang up
type station struct {
	desk    *stationDesk
	service *callManager // as it was when the connection came
	node    int
	number  uint32 // in traces: StationD: (0000048)

	secure           bool                     // inside TLS
	cipher, protocol string                   // of the TLS connection, as traces name them
	certificateName  string                   // CN of the phone's certificate
	names            func(device string) bool // whether the certificate is that of a device
	mic              []byte                   // DER of the certificate, when it is no LSC

	device     *device
	version    uint8 // negotiated; 0 before RegisterAck
	registered bool

	events int // messages since window began
	window time.Time
}

// stationDesk is what every station of a core shares.
type stationDesk struct {
	db     *database
	config Config
	places []Place
	tokens []*bucket // one a node
}

// outcome is what a message changed.
type outcome struct {
	messages   []any // of package sccp, to be sent in one write
	hangUp     bool
	happened   happening
	cause      registrationCause // of a rejection
	deviceName string            // of a rejection, as the phone gave it
}

// happening is what the rest of the core must know about.
type happening int

const (
	nothingHappened happening = iota
	deviceRegistered
	deviceRejected
	deviceUnregistered
	deviceThrottled
	tokenGranted
	tokenRefused
	keptAlive
)

// CUCM closes the connection of a device that sends more than so many messages
// in so long (SCCP, section 5.3).
const (
	maxEvents    = 2000
	eventsWindow = 5 * time.Second
)

// keepAliveAck answers most messages there are.
var keepAliveAck = []any{sccp.KeepAliveAck{}}

// receive takes one message of the phone.
func (s *station) receive(m sccp.Message, now time.Time) outcome {
	if s.flooded(now) {
		return outcome{hangUp: true, happened: deviceThrottled}
	}
	switch m := m.(type) {
	case sccp.KeepAliveReq:
		return outcome{messages: keepAliveAck, happened: keptAlive}
	case sccp.RegisterReq:
		return s.register(m)
	case sccp.RegisterTokenReq:
		return s.token(m.DeviceName, now, sccp.RegisterTokenAck{}, func(wait uint32) any { return sccp.RegisterTokenReject{WaitTime: wait} })
	case sccp.SPCPRegisterTokenReq:
		return s.token(m.DeviceName, now, sccp.SPCPRegisterTokenAck{Features: 0xFFFF}, func(wait uint32) any { return sccp.SPCPRegisterTokenReject{WaitTime: wait} })
	case sccp.UnregisterReq:
		o := outcome{messages: []any{sccp.UnregisterAck{Status: sccp.UnregisterOK}}, hangUp: true}
		if s.registered {
			s.registered, o.happened = false, deviceUnregistered
		}
		return o
	}
	if s.registered {
		return outcome{messages: s.inform(m, now)}
	}
	return outcome{}
}

// about is the device that a message, nil for none, is about: the one it names,
// or else the registered one.
func (s *station) about(m sccp.Message) string {
	switch m := m.(type) {
	case sccp.RegisterReq:
		return m.DeviceName
	case sccp.RegisterTokenReq:
		return m.DeviceName
	case sccp.SPCPRegisterTokenReq:
		return m.DeviceName
	}
	if s.device == nil {
		return ""
	}
	return s.device.Name
}

func (s *station) flooded(now time.Time) bool {
	if now.Sub(s.window) >= eventsWindow {
		s.window, s.events = now, 0
	}
	s.events++
	return s.events > maxEvents
}

func (s *station) token(name string, now time.Time, granted any, refused func(wait uint32) any) outcome {
	if s.desk.tokens[s.node-1].take(now) {
		return outcome{messages: []any{granted}, happened: tokenGranted}
	}
	wait := s.desk.config.Tokens.Wait
	wait += time.Duration(hash(name)%1000) * wait / 1000
	return outcome{messages: []any{refused(uint32(wait / time.Second))}, happened: tokenRefused}
}

func (s *station) register(m sccp.RegisterReq) outcome {
	d, cause := s.admit(m)
	if cause != noError {
		return outcome{
			messages: []any{sccp.RegisterReject{Text: cause.String()}}, hangUp: true,
			happened: deviceRejected, cause: cause, deviceName: m.DeviceName,
		}
	}
	s.device, s.registered = d, true
	s.version = max(sccp.MinVersion, min(orDefault(m.ProtocolVersion, 5), sccp.MaxVersion))
	seconds := uint32(s.desk.config.KeepAlive / time.Second)
	return outcome{happened: deviceRegistered, messages: []any{
		sccp.RegisterAck{
			KeepAliveInterval: seconds, SecondaryKeepAliveInterval: max(60, seconds),
			DateTemplate: "D/M/Y", MaxProtocolVersion: s.version, Features: sccp.ServerFeatures(s.version),
		},
		sccp.CapabilitiesReq{},
	}}
}

// admit finds the device of a RegisterReq, or why it may not register (signed
// configuration, section 8.1).
func (s *station) admit(m sccp.RegisterReq) (*device, registrationCause) {
	if !validName(m.DeviceName) {
		return nil, malformedRegisterMsg
	}
	if s.registered && s.device.Name != m.DeviceName {
		return nil, registrationSequenceError
	}
	d := s.desk.db.find(m.DeviceName)
	if d == nil && s.desk.config.AutoRegister && !s.secure {
		if d = s.desk.db.add(Device{Name: m.DeviceName, Security: cnf.NonSecure}); d == nil {
			return nil, maxDevRegExceeded
		}
	}
	if d == nil {
		return nil, noEntryInDatabase
	}
	if kind, ok := sccp.DeviceType(d.Model); ok && kind != m.DeviceType {
		return nil, deviceTypeMismatch
	}
	return d, s.checkSecurity(d)
}

func (s *station) checkSecurity(d *device) registrationCause {
	mode := d.profile().Security
	secure := s.service.mixed && mode > cnf.NonSecure // a profile counts in mixed mode only
	switch {
	case secure && !s.secure && !s.desk.config.Offloaded, !secure && s.secure:
		return securityMismatch
	case s.secure && !s.names(d.Name):
		return invalidX509NameInCertificate
	case s.secure && mode == cnf.Encrypted && !strings.Contains(s.cipher, "AES"):
		return invalidTLSCipher
	}
	return noError
}
