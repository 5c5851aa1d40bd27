package phone

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
	"github.com/phonebank/phonebank/wire/tvs"
)

// TVSClient asks the trust verification services of a cluster (TVS, section
// 6): by priority, one connection a question, the next server when one does
// not answer as it should. It implements Asker and remembers answers as long
// as they say. It belongs to one phone and is not safe for concurrent use.
type TVSClient struct {
	Servers  []cnf.Server // a zero port means 2445
	Device   string       // "CP-7965-SEP001122334455"
	Held     Held         // its ITL must name the servers
	Identity *Credential  // offered to a server that asks; nil: nothing

	// Dial opens a TCP connection; nil means the system's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is the phone's configuration of versions and suites; the client adds
	// whom to trust and what to offer. Nil means crypto/tls's own choice.
	TLS *tls.Config
	// Connect, Handshake and Timeout bound the three parts of a question; each
	// is 10 s when zero.
	Connect, Handshake, Timeout time.Duration
	// Asked hears of every server that was asked, Answered of every question,
	// whether servers or memory answered it; nil: nobody.
	Asked    func(TVSAsked)
	Answered func(TVSAnswered)

	asked int // questions sent: session ids count from 1001
	cache tvsCache
}

// The reasons for not even trying.
var (
	errNoTVS       = failf(CauseUntrusted, "the phone knows no TVS server")
	errNoTVSRecord = failf(CauseUntrusted, "the phone holds no ITL that names a TVS server")
)

// namesTVS says whether the held ITL has a TVS record: no server can be the
// right one without.
func (h Held) namesTVS() bool {
	for r := range h.ITL.With(ctl.RoleTVS) {
		if identifies(r) {
			return true
		}
	}
	return false
}

// Ask asks whether a certificate is good. The error says why nobody answered,
// and its cause is that of the last server.
func (c *TVSClient) Ask(ctx context.Context, certificate []byte) (TVSAnswer, error) {
	return c.question(ctx, cacheKey(certificate), func(session uint32) tvs.Message {
		return tvs.VerifyRequest(session, c.Device, certificate)
	}, tvs.CertVerificationRes)
}

// Find asks for the certificate of a signer.
func (c *TVSClient) Find(ctx context.Context, signer signed.Signer) (TVSAnswer, error) {
	key := cacheKey([]byte(signer.Name), []byte(signer.Issuer), signer.Serial)
	return c.question(ctx, key, func(session uint32) tvs.Message {
		return tvs.QueryRequest(session, c.Device, signer.Name, signer.Issuer, signer.Serial)
	}, tvs.QueryCertRes)
}

// Flush forgets all answers, as a phone does when it installs a new list.
func (c *TVSClient) Flush() { c.cache = nil }

func (c *TVSClient) question(ctx context.Context, key [32]byte, ask func(session uint32) tvs.Message, want tvs.Command) (TVSAnswer, error) {
	if answer, ok := c.cache.get(key); ok {
		answer.Cached = true
		answer.Console = []ConsoleLine{lineTVSRequest(), ownLineTVSCached()}
		c.tell(TVSAsked{Server: answer.Server, Cached: true, Valid: answer.Valid})
		c.tellAnswered(TVSAnswered{Valid: answer.Valid, Cached: true})
		return answer, nil
	}
	if !c.Held.namesTVS() {
		return TVSAnswer{}, errNoTVSRecord
	}
	began := time.Now()
	answer, err := c.askInTurn(ctx, ask, want)
	if err == nil {
		c.cache.put(key, answer)
	}
	c.tellAnswered(TVSAnswered{Valid: answer.Valid, Took: time.Since(began), Err: err})
	return answer, err
}

// askInTurn asks one server after the other, until one answers as it should.
func (c *TVSClient) askInTurn(ctx context.Context, ask func(session uint32) tvs.Message, want tvs.Command) (TVSAnswer, error) {
	said := []ConsoleLine{lineTVSAvailable(), lineTVSRequest(), lineTVSNotCached()}
	err := errNoTVS
	for _, server := range c.byPriority() {
		started := time.Now()
		address := net.JoinHostPort(server.Host, strconv.Itoa(server.Port))
		said = append(said, lineTVSConnect(address))
		var answer TVSAnswer
		answer, err = c.askServer(ctx, address, ask, want)
		c.tell(TVSAsked{Server: address, Took: time.Since(started), Valid: answer.Valid, Err: err})
		if err == nil {
			answer.Console = append(said, answer.Console...)
			return answer, nil
		}
		said = append(said, ownLineTVSFailed(address))
		if ctx.Err() != nil {
			err = because(ctx.Err(), "TVS %s", address)
			break
		}
	}
	return TVSAnswer{Console: said}, err
}

// byPriority is the servers in the order of asking.
func (c *TVSClient) byPriority() []cnf.Server {
	servers := slices.Clone(c.Servers)
	slices.SortStableFunc(servers, func(a, b cnf.Server) int { return a.Priority - b.Priority })
	for i := range servers {
		if servers[i].Port == 0 {
			servers[i].Port = tvs.Port
		}
	}
	return servers
}

func (c *TVSClient) askServer(ctx context.Context, address string, ask func(session uint32) tvs.Message, want tvs.Command) (TVSAnswer, error) {
	conn, err := c.connect(ctx, address)
	if err != nil {
		return TVSAnswer{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := conn.SetDeadline(time.Now().Add(orTenSeconds(c.Timeout))); err != nil {
		return TVSAnswer{}, err
	}
	session := uint32(1001 + c.asked)
	c.asked++
	if err := tvs.WriteMessage(conn, ask(session)); err != nil {
		return TVSAnswer{}, because(err, "TVS %s: send the question", address)
	}
	reply, err := tvs.ReadMessage(conn)
	if err != nil {
		return TVSAnswer{}, because(err, "TVS %s: wait for the answer", address)
	}
	if reply.Session != session || reply.Command != want {
		return TVSAnswer{}, failf(CauseMalformed, "TVS %s: answer %v to session %d, want %v to %d", address, reply.Command, reply.Session, want, session)
	}
	return readAnswer(reply, address)
}

// readAnswer takes an answer apart. Roles of an invalid certificate count for
// nothing.
func readAnswer(reply tvs.Message, address string) (TVSAnswer, error) {
	status, ok := reply.Status()
	if !ok {
		return TVSAnswer{}, failf(CauseMalformed, "TVS %s: an answer without STATUS", address)
	}
	answer := TVSAnswer{
		Server: address, Valid: status == 0,
		Console: []ConsoleLine{lineTVSConnected(), lineTVSAnswer(int(status))},
	}
	if !answer.Valid {
		return answer, nil
	}
	for _, role := range reply.Roles() {
		answer.Roles = append(answer.Roles, ctl.Role(role))
	}
	answer.TTL, _ = reply.TTL()
	if reply.Command == tvs.QueryCertRes {
		if answer.Certificate, ok = reply.Certificate(); !ok {
			return TVSAnswer{}, failf(CauseMalformed, "TVS %s: an answer without CERTIFICATE", address)
		}
	}
	return answer, nil
}

// connect opens a TLS connection to a server that the held ITL names as TVS.
func (c *TVSClient) connect(ctx context.Context, address string) (net.Conn, error) {
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	dialing, cancel := context.WithTimeout(ctx, orTenSeconds(c.Connect))
	defer cancel()
	plain, err := dial(wanting(dialing, ServiceTVS), "tcp", address)
	if err != nil {
		return nil, because(err, "TVS: connect to %s", address)
	}
	shaking, cancel := context.WithTimeout(ctx, orTenSeconds(c.Handshake))
	defer cancel()
	secure := tls.Client(plain, c.tlsConfig())
	if err := secure.HandshakeContext(shaking); err != nil {
		plain.Close()
		return nil, because(tlsError(err, address), "TVS")
	}
	return secure, nil
}

func (c *TVSClient) tlsConfig() *tls.Config {
	config := new(tls.Config)
	if c.TLS != nil {
		config = c.TLS.Clone()
	}
	itl := Held{ITL: c.Held.ITL}
	config.InsecureSkipVerify = true // the next function verifies
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("the server shows no certificate")
		}
		_, err := itl.Peer(state.PeerCertificates[0].Raw, ctl.RoleTVS)
		return err
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if c.Identity == nil {
			return new(tls.Certificate), nil
		}
		return &tls.Certificate{Certificate: [][]byte{c.Identity.Certificate}, PrivateKey: c.Identity.Key}, nil
	}
	return config
}

func (c *TVSClient) tell(e TVSAsked) {
	if c.Asked != nil {
		c.Asked(e)
	}
}

func (c *TVSClient) tellAnswered(e TVSAnswered) {
	if c.Answered != nil {
		c.Answered(e)
	}
}

func orTenSeconds(d time.Duration) time.Duration {
	if d == 0 {
		return 10 * time.Second
	}
	return d
}
