package core

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/pin/tftp/v3"
)

// tftpTries is how often a block is sent before its transfer is given up. With
// a second between them; five, the library's default, would make a lost block
// the slowest thing in a boot storm.
const tftpTries = 4

// tftpServer is a node's end of the TFTP library.
type tftpServer struct {
	node   *node
	server *tftp.Server
	conn   net.PacketConn
	ctx    context.Context // ends when the node stops
	cancel context.CancelFunc
	ended  chan struct{}
	slots  chan struct{} // one taken by each transfer under way
	drops  chan struct{} // one taken by each request that is being passed over
}

// startTFTP serves files on an open socket, nil for a node without TFTP or a
// Network without datagrams.
func (n *node) startTFTP(conn net.PacketConn) {
	if conn == nil {
		return
	}
	limits := n.core.config.Limits
	t := &tftpServer{
		node: n, conn: conn, ended: make(chan struct{}),
		slots: make(chan struct{}, limits.Transfers), drops: make(chan struct{}, limits.Transfers),
	}
	t.ctx, t.cancel = context.WithCancel(n.core.ctx)
	t.server = tftp.NewServer(t.transfer, nil)
	t.server.SetTimeout(limits.TFTPTry)
	t.server.SetRetries(tftpTries - 1)
	t.server.SetBackoff(t.again)
	n.mu.Lock()
	n.tftp, n.tftpAt = t, conn.LocalAddr()
	n.mu.Unlock()
	go func() {
		defer close(t.ended)
		t.server.Serve(conn) // ends with Shutdown, and only so
	}()
}

// stopTFTP ends what faults delay at once, and every transfer with its next
// block: a peer that acknowledges nothing is waited for once, not tftpTries
// times.
func (n *node) stopTFTP() {
	n.mu.Lock()
	t := n.tftp
	n.tftp = nil
	n.mu.Unlock()
	if t == nil {
		return
	}
	t.cancel()
	t.server.Shutdown()
	t.conn.Close() // which Shutdown leaves open when Serve has not begun
	<-t.ended
	t.server.Shutdown() // for a request that was read meanwhile
}

// again is asked before a block is sent once more: at once.
func (t *tftpServer) again(int) time.Duration {
	if t.ctx.Err() != nil {
		panic(gone{})
	}
	return 0
}

// reopenTFTP opens the old address again; nil where there was none.
func (n *node) reopenTFTP() (net.PacketConn, error) {
	n.mu.Lock()
	at := n.tftpAt
	n.mu.Unlock()
	if at == nil {
		return nil, nil
	}
	conn, err := n.core.config.Network.ListenPacket(n.core.ctx, "udp", at.String())
	if err != nil {
		return nil, fmt.Errorf("core: TFTP: %w", err)
	}
	return conn, nil
}

// tftpAddress is host:port, with an empty port without datagrams.
func (n *node) tftpAddress() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.tftpAt == nil {
		return net.JoinHostPort(n.core.places[n.number-1].Address.String(), "")
	}
	return n.tftpAt.String()
}

// transfer answers one read request.
func (t *tftpServer) transfer(name string, to io.ReaderFrom) error {
	c := t.node.core
	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
	default:
		c.counters.tftpDropped.Add(1)
		return t.drop(to)
	}
	c.counters.tftpActive.Add(1)
	defer c.counters.tftpActive.Add(-1)
	out := to.(tftp.OutgoingTransfer) // as the library promises of a server's
	remote := out.RemoteAddr()
	ask := c.ask(name, remote.AddrPort())
	reply, file, err := t.node.fetch(t.ctx, ask)
	switch {
	case errors.Is(err, errUnanswered), err != nil && t.ctx.Err() != nil:
		return t.vanish(to)
	case err != nil:
		return tftpError(err)
	}
	out.SetSize(int64(len(file.Bytes)))
	body := &content{ctx: t.ctx, rest: file.Bytes}
	if reply.HangUp {
		body.rest, body.breaksOff = file.Bytes[:len(file.Bytes)/2], true
	}
	if err := send(to, body); err != nil {
		c.counters.tftpFailed.Add(1)
		c.trace.fileFailed(ask, err)
		return nil // the library has told the peer, if there was anything to tell
	}
	c.sent(ask, file)
	return nil
}

// drop passes a request over: the phone asks again in a second. One with options
// takes the library its time (see vanish.go), so these are bounded as well.
func (t *tftpServer) drop(to io.ReaderFrom) error {
	select {
	case t.drops <- struct{}{}:
		defer func() { <-t.drops }()
		return t.vanish(to)
	default:
		return errOverloaded
	}
}

// asked is a read request, with its number for traces.
type asked struct {
	name   string
	remote netip.AddrPort
	number uint64
}

// ask books a read request.
func (c *Core) ask(name string, remote netip.AddrPort) asked {
	a := asked{name, remote, c.counters.tftpRequests.Add(1)}
	c.trace.fileAsked(a)
	return a
}

// sent books the end of a transfer.
func (c *Core) sent(a asked, f File) {
	c.counters.tftpSent.Add(1)
	c.counters.tftpBytes.Add(uint64(len(f.Bytes)))
	c.trace.fileSent(a, f)
}

// tftpError is what the peer reads: the library puts it behind error code 1,
// file not found.
func tftpError(err error) error {
	if errors.Is(err, ErrNotFound) {
		return errFileNotFound
	}
	return err
}

// wireText is an error whose text goes on the wire as it is.
type wireText string

func (t wireText) Error() string { return string(t) }

const (
	errFileNotFound wireText = "File not found"
	errOverloaded   wireText = "Too many transfers"
)

// errUnanswered is a request that a fault leaves without an answer.
var errUnanswered = errors.New("no answer")

// fetch asks the handlers for a file, waits as long as they say, and returns it
// as it is to be sent.
func (n *node) fetch(ctx context.Context, a asked) (Reply, File, error) {
	c := n.core
	r := Request{Service: ServiceTFTP, Node: n.number, Device: parseFileName(a.name).device, Message: FileRequest{a.name, a.remote}}
	reply, err := c.faulty(n.files.Load().answer)(ctx, r)
	if err == nil && reply.Delay > 0 && !sleep(ctx, reply.Delay) {
		err = ctx.Err()
	}
	switch {
	case errors.Is(err, ErrNotFound):
		c.counters.tftpNotFound.Add(1)
		c.trace.fileFailed(a, errFileNotFound)
		return reply, File{}, err
	case err != nil:
		c.counters.tftpFailed.Add(1)
		c.trace.fileFailed(a, err)
		return reply, File{}, err
	case reply.Silent || len(reply.Messages) == 0:
		c.counters.tftpDropped.Add(1)
		return reply, File{}, errUnanswered
	}
	file, ok := reply.Messages[0].(File)
	if !ok {
		return reply, File{}, fmt.Errorf("core: TFTP cannot send %T", reply.Messages[0])
	}
	if reply.Mangle != nil {
		file.Bytes = reply.Mangle(file.Bytes)
	}
	return reply, file, nil
}

// File is what the first TFTP server would send for a name, faults included,
// without TFTP. It waits as long as the core is slow, and until ctx ends where
// the core would be silent. A file that the cluster does not have is ErrNotFound.
func (c *Core) File(ctx context.Context, name string, from netip.AddrPort) ([]byte, error) {
	return c.FileOf(ctx, 1, name, from)
}

// FileOf is File of the TFTP server of another node.
func (c *Core) FileOf(ctx context.Context, number int, name string, from netip.AddrPort) ([]byte, error) {
	n, err := c.tftpNode(number)
	if err != nil {
		return nil, err
	}
	if !n.isRunning() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	a := c.ask(name, from)
	reply, file, err := n.fetch(ctx, a)
	if errors.Is(err, errUnanswered) || err == nil && reply.HangUp {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%q: %w", name, err)
	}
	c.sent(a, file)
	return file.Bytes, nil
}

// tftpNode is a node, from 1, that serves files.
func (c *Core) tftpNode(number int) (*node, error) {
	n, err := c.node(number)
	if err == nil && number > c.config.TFTPServers {
		err = fmt.Errorf("core: node %d serves no TFTP: %d of the nodes do", number, c.config.TFTPServers)
	}
	return n, err
}
