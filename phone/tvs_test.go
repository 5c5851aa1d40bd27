package phone

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/phonebank/phonebank/wire/cnf"
	"github.com/phonebank/phonebank/wire/ctl"
	"github.com/phonebank/phonebank/wire/signed"
	"github.com/phonebank/phonebank/wire/tvs"
)

// service is one TVS server: what it does with a connection.
type service func(conn net.Conn)

// services is a network: servers by address. A nil service never accepts.
type services map[string]service

func (s services) dial(ctx context.Context, _, address string) (net.Conn, error) {
	serve, known := s[address]
	if !known {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	if serve == nil {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	client, server := pipe()
	go func() {
		defer server.Close()
		serve(server)
	}()
	return client, nil
}

// overTLS puts a service behind a certificate.
func overTLS(p party, serve service) service {
	return func(conn net.Conn) {
		secure := tls.Server(conn, &tls.Config{
			Certificates: []tls.Certificate{{Certificate: [][]byte{p.cert.Raw}, PrivateKey: p.key}},
			ClientAuth:   tls.RequestClientCert, MinVersion: tls.VersionTLS10,
			CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
		})
		if secure.Handshake() == nil {
			serve(secure)
		}
		secure.Close()
	}
}

// replying reads a question and answers it.
func replying(answer func(question tvs.Message) tvs.Message) service {
	return func(conn net.Conn) {
		question, err := tvs.ReadMessage(conn)
		if err != nil {
			return
		}
		_ = tvs.WriteMessage(conn, answer(question))
	}
}

func sayYes(ttl time.Duration, roles ...uint8) service {
	return replying(func(q tvs.Message) tvs.Message { return tvs.VerifyResponse(q.Session, tvs.Valid, roles, ttl) })
}

func sayNo() service {
	return replying(func(q tvs.Message) tvs.Message { return tvs.VerifyResponse(q.Session, tvs.Invalid, nil, 0) })
}

// stalling reads whatever comes and says nothing.
func stalling(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// tvsPhone is a phone's client with two servers, a and b, and what it tells.
func tvsPhone(t *testing.T, network services) (*TVSClient, *[]TVSAsked) {
	t.Helper()
	var told []TVSAsked
	return &TVSClient{
		Servers: []cnf.Server{{Priority: 1, Host: "b", Port: 2446}, {Priority: 0, Host: "a"}},
		Device:  "CP-7965-SEP001122334455",
		Held:    Held{ITL: testCluster().heldITL(t)},
		Dial:    network.dial,
		Asked:   func(e TVSAsked) { told = append(told, e) },
	}, &told
}

func TestTVSServersAreAskedInTurn(t *testing.T) {
	c := testCluster()
	yes := overTLS(c.tvs, sayYes(time.Hour, 0, 2))
	fromB := TVSAsked{Server: "b:2446", Valid: true}
	flood := func(conn net.Conn) {
		for {
			if _, err := conn.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	}
	drip := func(conn net.Conn) {
		go stalling(conn)
		for _, b := range append([]byte{22, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xFC, 3, 3}, make([]byte, 60)...) {
			if _, err := conn.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
	trickle := func(conn net.Conn) {
		question, _ := tvs.ReadMessage(conn)
		answer, _ := tvs.VerifyResponse(question.Session, tvs.Valid, []uint8{0}, time.Hour).Append(nil)
		for i := range answer {
			if _, err := conn.Write(answer[i : i+1]); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
	for _, row := range []struct {
		situation string
		network   services
		took      time.Duration // of server a
		cause     Cause         // of a's failure; "" when it answered
		err       string
	}{
		{"a answers", services{"a:2445": yes}, 0, "", ""},
		{"a refuses the connection", services{"b:2446": yes}, 0, CauseRefused, "TVS: connect to a:2445: dial: connection refused"},
		{"a does not accept", services{"a:2445": nil, "b:2446": yes}, 10 * time.Second, CauseTimeout, "TVS: connect to a:2445: context deadline exceeded"},
		{"a stalls in the handshake", services{"a:2445": stalling, "b:2446": yes}, 10 * time.Second, CauseTimeout, "TVS: TLS handshake with a:2445: context deadline exceeded"},
		{"a sends a byte a second of a ServerHello", services{"a:2445": drip, "b:2446": yes}, 10 * time.Second, CauseTimeout, "TVS: TLS handshake with a:2445: context deadline exceeded"},
		{"a floods before the handshake", services{"a:2445": flood, "b:2446": yes}, 0, CauseMalformed, "TVS: TLS handshake with a:2445: tls: first record does not look like a TLS handshake"},
		{
			"a shows a certificate that is no TVS record",
			services{"a:2445": overTLS(c.ccm, sayNo()), "b:2446": yes},
			0, CauseUntrusted,
			"TVS: TLS handshake with a:2445: the server shows CN=CCM (serial 77:D4), whom the held ITL does not name as TVS: it has CN=TVS (serial 24:45); that certificate is SAST record 1 of the held ITL",
		},
		{"a stalls after the question", services{"a:2445": overTLS(c.tvs, stalling), "b:2446": yes}, 10 * time.Second, CauseTimeout, "TVS a:2445: wait for the answer: i/o timeout"},
		{"a sends a byte a second", services{"a:2445": overTLS(c.tvs, trickle), "b:2446": yes}, 10 * time.Second, CauseTimeout, "TVS a:2445: wait for the answer: i/o timeout"},
		{"a floods after the question", services{"a:2445": overTLS(c.tvs, flood), "b:2446": yes}, 0, CauseMalformed, "TVS a:2445: wait for the answer: offset 0: magic: 0x00, not 0x57"},
		{"a hangs up after the question", services{"a:2445": overTLS(c.tvs, func(conn net.Conn) { _, _ = tvs.ReadMessage(conn) }), "b:2446": yes}, 0, CauseRefused, "TVS a:2445: wait for the answer: EOF"},
		{
			"a answers another session",
			services{"a:2445": overTLS(c.tvs, replying(func(q tvs.Message) tvs.Message {
				return tvs.VerifyResponse(q.Session+1, tvs.Valid, []uint8{0}, time.Hour)
			})), "b:2446": yes},
			0, CauseMalformed,
			"TVS a:2445: answer TVS_MSG_CERT_VERIFICATION_RES to session 1002, want TVS_MSG_CERT_VERIFICATION_RES to 1001",
		},
		{
			"a answers another question",
			services{"a:2445": overTLS(c.tvs, replying(func(q tvs.Message) tvs.Message {
				return tvs.QueryResponse(q.Session, tvs.Valid, c.tvs.cert.Raw, []uint8{0}, time.Hour)
			})), "b:2446": yes},
			0, CauseMalformed,
			"TVS a:2445: answer TVS_MSG_QUERY_CERT_RES to session 1001, want TVS_MSG_CERT_VERIFICATION_RES to 1001",
		},
		{
			"a answers without STATUS", services{"a:2445": overTLS(c.tvs, replying(func(q tvs.Message) tvs.Message {
				return tvs.Message{Command: tvs.CertVerificationRes, Session: q.Session}
			})), "b:2446": yes}, 0, CauseMalformed, "TVS a:2445: wait for the answer: offset 10: STATUS: no verdict of one byte in TVS_MSG_CERT_VERIFICATION_RES",
		},
	} {
		t.Run(row.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer time.Sleep(time.Minute) // for servers that are slow to notice
				client, told := tvsPhone(t, row.network)
				answer, err := client.Ask(t.Context(), c.tokenC.cert.Raw)
				if err != nil || !answer.Valid || !reflect.DeepEqual(answer.Roles, []ctl.Role{ctl.RoleSAST, ctl.RoleCCMTFTP}) || answer.TTL != time.Hour {
					t.Fatalf("answer %+v, error %v", answer, err)
				}
				first := (*told)[0]
				if first.Server != "a:2445" || first.Took != row.took || CauseOf(first.Err) != row.cause {
					t.Errorf("told of %s after %v with cause %q", first.Server, first.Took, CauseOf(first.Err))
				}
				switch {
				case row.cause == "" && (len(*told) != 1 || first.Err != nil):
					t.Errorf("told %+v", *told)
				case row.cause != "" && (len(*told) != 2 || (*told)[1] != fromB || first.Err.Error() != row.err):
					t.Errorf("told %+v\n got %v\nwant %s", *told, first.Err, row.err)
				}
			})
		})
	}
}

func TestTVSNoIsAnAnswer(t *testing.T) {
	c := testCluster()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		client, told := tvsPhone(t, services{
			"a:2445": overTLS(c.tvs, func(conn net.Conn) { asked++; sayNo()(conn) }),
			"b:2446": overTLS(c.tvs, sayYes(time.Hour, 0)),
		})
		for range 2 {
			answer, err := client.Ask(t.Context(), c.tokenC.cert.Raw)
			if err != nil || answer.Valid || answer.Server != "a:2445" {
				t.Errorf("answer %+v, error %v", answer, err)
			}
		}
		if asked != 2 || len(*told) != 2 {
			t.Errorf("a was asked %d times, told %+v: a no is not remembered, and nobody else is asked", asked, *told)
		}
	})
}

func TestTVSNobodyAnswers(t *testing.T) {
	c := testCluster()
	synctest.Test(t, func(t *testing.T) {
		client, told := tvsPhone(t, services{"a:2445": nil, "b:2446": overTLS(c.tvs, stalling)})
		began := time.Now()
		answer, err := client.Ask(t.Context(), c.tokenC.cert.Raw)
		if CauseOf(err) != CauseTimeout || time.Since(began) != 20*time.Second || len(*told) != 2 {
			t.Errorf("error %v after %v, told %d times", err, time.Since(began), len(*told))
		}
		last := answer.Console[len(answer.Console)-1]
		if last != ownLineTVSFailed("b:2446") {
			t.Errorf("console ends with %q", last)
		}
	})
}

func TestTVSTimesAreTheModels(t *testing.T) {
	c := testCluster()
	for _, row := range []struct {
		situation string
		network   services
		want      time.Duration
	}{
		{"connect", services{"a:2445": nil}, time.Second},
		{"handshake", services{"a:2445": stalling}, 2 * time.Second},
		{"answer", services{"a:2445": overTLS(c.tvs, stalling)}, 3 * time.Second},
	} {
		t.Run(row.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, _ := tvsPhone(t, row.network)
				client.Connect, client.Handshake, client.Timeout = time.Second, 2*time.Second, 3*time.Second
				began := time.Now()
				_, err := client.Ask(t.Context(), c.tokenC.cert.Raw)
				if err == nil || time.Since(began) != row.want {
					t.Errorf("error %v after %v, want %v", err, time.Since(began), row.want)
				}
			})
		})
	}
}

func TestTVSAnswersAreRememberedAsLongAsTheySay(t *testing.T) {
	c := testCluster()
	synctest.Test(t, func(t *testing.T) {
		var sessions []uint32
		remember := func(ttl time.Duration) service {
			return overTLS(c.tvs, replying(func(q tvs.Message) tvs.Message {
				sessions = append(sessions, q.Session)
				return tvs.VerifyResponse(q.Session, tvs.Valid, []uint8{0}, ttl)
			}))
		}
		network := services{"a:2445": remember(time.Minute)}
		client, told := tvsPhone(t, network)
		ask := func(want bool) {
			t.Helper()
			answer, err := client.Ask(t.Context(), c.tokenC.cert.Raw)
			if err != nil || !answer.Valid || answer.Cached != want || (*told)[len(*told)-1].Cached != want {
				t.Errorf("answer %+v, error %v; want cached %v", answer, err, want)
			}
		}
		ask(false)
		time.Sleep(time.Minute - time.Nanosecond)
		ask(true)
		time.Sleep(time.Nanosecond)
		ask(false)
		client.Flush()
		ask(false)
		client.Flush()
		network["a:2445"] = remember(0)
		ask(false)
		ask(false)
		if want := []uint32{1001, 1002, 1003, 1004, 1005}; !reflect.DeepEqual(sessions, want) {
			t.Errorf("sessions %v, want %v", sessions, want)
		}
	})
}

func TestTVSMemoryKeepsNoRefusals(t *testing.T) {
	var cache tvsCache
	cache.put(cacheKey([]byte("a")), TVSAnswer{TTL: time.Hour})
	cache.put(cacheKey([]byte("b")), TVSAnswer{Valid: true})
	if len(cache) != 0 {
		t.Errorf("%d answers kept", len(cache))
	}
}

func TestTVSMemoryIsBounded(t *testing.T) {
	var cache tvsCache
	for i := range 10 * tvsCached {
		cache.put(cacheKey([]byte{byte(i), byte(i >> 8)}), TVSAnswer{Valid: true, TTL: time.Hour})
		if len(cache) > tvsCached {
			t.Fatalf("%d answers, want %d at most", len(cache), tvsCached)
		}
	}
}

// A phone of the TLS 1.0 years, its question, and its own certificate.
func TestTVSQuestionOfA7965(t *testing.T) {
	c := testCluster()
	synctest.Test(t, func(t *testing.T) {
		var state tls.ConnectionState
		var question tvs.Message
		client, _ := tvsPhone(t, services{"a:2445": overTLS(c.tvs, func(conn net.Conn) {
			state = conn.(*tls.Conn).ConnectionState()
			question, _ = tvs.ReadMessage(conn)
			_ = tvs.WriteMessage(conn, tvs.VerifyResponse(question.Session, tvs.Valid, []uint8{0}, 0))
		})})
		m := model(t, "7965")
		client.TLS = &tls.Config{MinVersion: m.TLSMin, MaxVersion: m.TLSMax, CipherSuites: m.Suites}
		client.Identity = &Credential{Certificate: c.tokenB.cert.Raw, Key: c.tokenB.key}
		if _, err := client.Ask(t.Context(), c.tokenC.cert.Raw); err != nil {
			t.Fatal(err)
		}
		if state.Version != tls.VersionTLS10 || state.CipherSuite != tls.TLS_RSA_WITH_AES_128_CBC_SHA {
			t.Errorf("%s with %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite))
		}
		if len(state.PeerCertificates) != 1 || !state.PeerCertificates[0].Equal(c.tokenB.cert) {
			t.Errorf("the phone shows %d certificates", len(state.PeerCertificates))
		}
		device, _ := question.Device()
		der, _ := question.Certificate()
		if device != "CP-7965-SEP001122334455" || !bytes.Equal(der, c.tokenC.cert.Raw) || question.Command != tvs.CertVerificationReq {
			t.Errorf("%v from %q about %d bytes", question.Command, device, len(der))
		}
	})
}

func TestTVSFindsACertificate(t *testing.T) {
	c := testCluster()
	signer := signed.SignerOf(c.tokenC.cert, "")
	for _, row := range []struct {
		situation string
		answer    func(q tvs.Message) tvs.Message
		valid     bool
		cause     Cause
	}{
		{"known", func(q tvs.Message) tvs.Message {
			return tvs.QueryResponse(q.Session, tvs.Valid, c.tokenC.cert.Raw, []uint8{3}, time.Hour)
		}, true, ""},
		{"unknown", func(q tvs.Message) tvs.Message {
			return tvs.QueryResponse(q.Session, tvs.Invalid, nil, nil, 0)
		}, false, ""},
		{"known, but not shown", func(q tvs.Message) tvs.Message {
			m := tvs.VerifyResponse(q.Session, tvs.Valid, []uint8{3}, time.Hour)
			m.Command = tvs.QueryCertRes
			return m
		}, false, CauseRefused},
	} {
		t.Run(row.situation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, told := tvsPhone(t, services{"a:2445": overTLS(c.tvs, replying(func(q tvs.Message) tvs.Message {
					subject, _ := q.Subject()
					issuer, _ := q.Issuer()
					serial, _ := q.Serial()
					if got := (signed.Signer{Name: subject, Issuer: issuer, Serial: serial}); !reflect.DeepEqual(got, signer) {
						t.Errorf("asked for %+v", got)
					}
					return row.answer(q)
				}))})
				answer, err := client.Find(t.Context(), signer)
				if CauseOf(err) != row.cause || answer.Valid != row.valid || row.valid != bytes.Equal(answer.Certificate, c.tokenC.cert.Raw) {
					t.Errorf("answer %+v, error %v", answer, err)
				}
				if row.cause != "" && CauseOf((*told)[0].Err) != CauseMalformed {
					t.Errorf("a: %v", (*told)[0].Err)
				}
				again, _ := client.Find(t.Context(), signer)
				if again.Cached != row.valid {
					t.Errorf("again: cached %v", again.Cached)
				}
			})
		})
	}
}

// Only the ITL can name a TVS server, whatever stands in the CTL.
func TestTVSRecordOfACTLDoesNotCount(t *testing.T) {
	c := testCluster()
	synctest.Test(t, func(t *testing.T) {
		client, _ := tvsPhone(t, services{"a:2445": overTLS(c.tokenB, sayYes(0, 0))})
		client.Held.CTL = parse(t, build(t, ctl.CTL, c.tokenA, []ctl.Entry{c.tokenB.as(ctl.RoleTVS)}))
		client.Servers = client.Servers[1:]
		_, err := client.Ask(t.Context(), c.tokenC.cert.Raw)
		const want = "TVS: TLS handshake with a:2445: the server shows CN=Token B (serial 0B:02), whom the held ITL does not name as TVS: it has CN=TVS (serial 24:45)"
		if err == nil || err.Error() != want || CauseOf(err) != CauseUntrusted {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

func TestTVSIsNotTriedWithoutARecord(t *testing.T) {
	c := testCluster()
	rollback := parse(t, build(t, ctl.ITL, c.ccm, []ctl.Entry{c.ccm.as(ctl.RoleSAST), {Role: ctl.RoleTVS, DNSName: "tvs"}}))
	for _, row := range []struct {
		situation string
		held      Held
		servers   []cnf.Server
		err       string
	}{
		{"no ITL", Held{CTL: c.heldCTL(t)}, []cnf.Server{{Host: "a"}}, "the phone holds no ITL that names a TVS server"},
		{"ITL for rollback", Held{ITL: rollback}, []cnf.Server{{Host: "a"}}, "the phone holds no ITL that names a TVS server"},
		{"no server", Held{ITL: c.heldITL(t)}, nil, "the phone knows no TVS server"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			client, _ := tvsPhone(t, nil)
			client.Held, client.Servers = row.held, row.servers
			client.Dial = func(context.Context, string, string) (net.Conn, error) {
				t.Error("dialled")
				return nil, io.EOF
			}
			if _, err := client.Ask(t.Context(), c.tokenC.cert.Raw); err == nil || err.Error() != row.err || CauseOf(err) != CauseUntrusted {
				t.Errorf("got %v, want %s", err, row.err)
			}
		})
	}
}

func TestTVSQuestionEndsWithItsContext(t *testing.T) {
	c := testCluster()
	synctest.Test(t, func(t *testing.T) {
		client, told := tvsPhone(t, services{"a:2445": overTLS(c.tvs, stalling), "b:2446": overTLS(c.tvs, sayYes(0, 0))})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		began := time.Now()
		_, err := client.Ask(ctx, c.tokenC.cert.Raw)
		if CauseOf(err) != CauseCanceled || time.Since(began) != 3*time.Second || len(*told) != 1 {
			t.Errorf("error %v after %v, told %d times", err, time.Since(began), len(*told))
		}
	})
}

// The whole way: an unknown signer, a question, an answer, an installed list.
func TestListIsTakenOnTheWordOfTVS(t *testing.T) {
	c := testCluster()
	file := build(t, ctl.ITL, c.tokenC, append(c.byDefault(), c.tokenC.as(ctl.RoleSAST)))
	synctest.Test(t, func(t *testing.T) {
		client, _ := tvsPhone(t, services{"a:2445": overTLS(c.tvs, sayYes(time.Hour, 0))})
		v := client.Held.JudgeList(t.Context(), ctl.ITL, file, model(t, "7965"), client)
		if v.Outcome != Accept || v.TVS == nil || v.TVS.Server != "a:2445" {
			t.Fatalf("%v: %s", v.Outcome, v.Reason)
		}
		var lines []string
		for _, line := range v.Console {
			lines = append(lines, line.Text)
		}
		want := []string{
			"SECD: -TVS service available, can attempt via TVS",
			"SECD: -TVS Certificate Authentication request",
			"SECD: -No matching entry found at cache",
			"SECD: clpSetupSsl: Trying to connect to IPV4, IP: a, Port : 2445",
			"SECD: -Successfully obtained a TLS connection to the TVS server",
			"SECD: -Authentication Response received, status : 0",
			"SECD: validate_file_envelope: File sign verify SUCCESS; header length <224>",
			"SECD: tvsFlushCertCache: Completed TVS Certificate cache flush request",
		}
		if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("console\n%s", got)
		}
	})
}

// Whoever was asked in between, a question has one end.
func TestTVSTellsTheEndOfEveryQuestion(t *testing.T) {
	c := testCluster()
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(time.Minute)
		network := services{"a:2445": overTLS(c.tvs, stalling), "b:2446": overTLS(c.tvs, sayYes(time.Hour, 0))}
		client, asked := tvsPhone(t, network)
		var told []TVSAnswered
		client.Answered = func(e TVSAnswered) { told = append(told, e) }
		ask := func(der []byte) { _, _ = client.Ask(t.Context(), der) }
		ask(c.tokenC.cert.Raw)
		ask(c.tokenC.cert.Raw)
		client.Flush()
		network["b:2446"] = overTLS(c.tvs, sayNo())
		ask(c.tokenC.cert.Raw)
		network["b:2446"] = nil
		ask(c.tokenC.cert.Raw)
		client.Held.ITL = nil // nobody is asked, so nothing is told
		ask(c.tokenC.cert.Raw)
		if len(told) != 4 || len(*asked) != 7 || CauseOf(told[3].Err) != CauseTimeout {
			t.Fatalf("told %+v of %d tries", told, len(*asked))
		}
		told[3].Err = nil
		want := []TVSAnswered{{Valid: true, Took: 10 * time.Second}, {Valid: true, Cached: true}, {Took: 10 * time.Second}, {Took: 20 * time.Second}}
		if !reflect.DeepEqual(told, want) {
			t.Errorf("told %+v, want %+v", told, want)
		}
	})
}
