package phone_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/phonebank/phonebank/wire/sccp"
)

// callManager is a scripted server. What it does is its manner; it notes what
// it hears.
type callManager struct {
	began   time.Time
	address string

	mu          sync.Mutex
	close       func() // ends the listener and all connections
	manner      manner
	connections int
	heard       []heard
	last        *caller
}

// heard is a message from the phone.
type heard struct {
	after      time.Duration // since the beginning of the test
	connection int           // from 1
	header     uint32        // version in the header
	message    sccp.Message
}

// manner is what a server does with one message.
type manner func(c *caller, m sccp.Message)

// caller is a connection as its server sees it.
type caller struct {
	conn       net.Conn
	server     *callManager
	version    uint8      // negotiated
	frame      sccp.Frame // the message as it travelled
	registered bool
}

// send writes messages in one piece, in the layout of the caller's version.
func (c *caller) send(messages ...sccp.Message) {
	var out []byte
	for _, m := range messages {
		out = sccp.Append(out, m, c.version)
	}
	c.conn.Write(out)
}

// serve talks to one phone until one of the two hangs up.
func (s *callManager) serve(conn net.Conn) {
	c := &caller{conn: conn, server: s}
	s.mu.Lock()
	s.connections++
	number := s.connections
	s.last = c
	s.mu.Unlock()
	frames := sccp.NewReader(conn)
	for {
		frame, err := frames.Next()
		if err != nil {
			return
		}
		m, err := sccp.Parse(frame, c.version)
		if err != nil {
			m = sccp.Unknown{MessageID: frame.ID}
		}
		c.frame = frame
		s.mu.Lock()
		s.heard = append(s.heard, heard{time.Since(s.began), number, frame.HeaderVersion, m})
		do := s.manner
		s.mu.Unlock()
		do(c, m)
	}
}

// stop takes the server away, as a power cut would.
func (s *callManager) stop() {
	s.mu.Lock()
	end := s.close
	s.mu.Unlock()
	end()
}

// seen is how many connections there have been.
func (s *callManager) seen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// become changes the manner of a server, of open connections too.
func (s *callManager) become(m manner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manner = m
}

// caller is the newest connection.
func (s *callManager) caller() *caller {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// times says when a message of a kind was heard: "27s 57s".
func (s *callManager) times(id sccp.ID) string {
	var all []string
	for _, h := range s.hears(id) {
		all = append(all, h.after.String())
	}
	return strings.Join(all, " ")
}

func (s *callManager) hears(id sccp.ID) (all []heard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.heard {
		if h.message.ID() == id {
			all = append(all, h)
		}
	}
	return all
}

// outages are the words of the alarms: "Initialized Failback".
func (s *callManager) outages() string {
	var all []string
	for _, h := range s.hears(sccp.IDAlarm) {
		_, word, _ := strings.Cut(h.message.(sccp.Alarm).Text, "Last=")
		all = append(all, word)
	}
	return strings.Join(all, " ")
}

// answersAll is a CallManager with one line for the phone.
func answersAll(c *caller, m sccp.Message) {
	switch m := m.(type) {
	case sccp.KeepAliveReq:
		c.send(sccp.KeepAliveAck{})
	case sccp.RegisterReq:
		c.registered, c.version = true, m.ProtocolVersion
		c.send(sccp.RegisterAck{
			KeepAliveInterval: 30, SecondaryKeepAliveInterval: 60, DateTemplate: "D/M/YA", MaxProtocolVersion: c.version,
		}, sccp.CapabilitiesReq{})
	case sccp.RegisterTokenReq:
		c.send(sccp.RegisterTokenAck{})
	case sccp.ButtonTemplateReq:
		c.send(sccp.ButtonTemplateRes{Total: 1, Buttons: []sccp.Button{{Instance: 1, Type: sccp.ButtonLine}}})
	case sccp.SoftKeyTemplateReq:
		c.send(sccp.SoftKeyTemplateRes{Total: 1, Keys: []sccp.SoftKey{{Label: "Redial", Event: 1}}})
	case sccp.SoftKeySetReq:
		c.send(sccp.SoftKeySetRes{Total: 1, Sets: make([]sccp.SoftKeySet, 1)})
	case sccp.ConfigStatReq:
		c.send(sccp.ConfigStatRes{DeviceName: device, NumberOfLines: 1})
	case sccp.LineStatReq:
		c.send(sccp.LineStatRes{Line: m.Line, DirNumber: fmt.Sprint(1000 + m.Line)})
	case sccp.ForwardStatReq:
		c.send(sccp.ForwardStatRes{Line: m.Line})
	case sccp.TimeDateReq:
		c.send(sccp.TimeDate(time.Now()), sccp.SelectSoftKeys{}, sccp.DisplayPromptStatus{PromptStatus: "Your current options"})
	case sccp.UnregisterReq:
		c.send(sccp.UnregisterAck{})
	}
}

// deafTo is a manner that does not answer some messages.
func deafTo(other manner, ids ...sccp.ID) manner {
	return func(c *caller, m sccp.Message) {
		if !slices.Contains(ids, m.ID()) {
			other(c, m)
		}
	}
}

// but is a manner that does something else with messages of one kind.
func but(other manner, id sccp.ID, instead manner) manner {
	return func(c *caller, m sccp.Message) {
		if m.ID() == id {
			instead(c, m)
			return
		}
		other(c, m)
	}
}

func hangsUp(c *caller, _ sccp.Message) { c.conn.Close() }
