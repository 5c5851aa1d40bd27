package core

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// startTFTP serves files on an open socket, nil for a node without TFTP or a
// Network without datagrams.
func (n *node) startTFTP(conn datagrams) {
	if conn == nil {
		return
	}
	t := &tftpServer{node: n, conn: conn, slots: make(chan struct{}, n.core.config.Limits.Transfers), open: map[*tftpSocket]struct{}{}}
	t.ctx, t.cancel = context.WithCancel(n.core.ctx)
	n.mu.Lock()
	n.tftp, n.tftpAt = t, conn.LocalAddr()
	n.mu.Unlock()
	t.work.Go(t.serve)
}

// stopTFTP ends all transfers where they are, as a power cut would.
func (n *node) stopTFTP() {
	n.mu.Lock()
	t := n.tftp
	n.tftp = nil
	n.mu.Unlock()
	if t == nil {
		return
	}
	t.cancel()
	t.conn.Close()
	t.mu.Lock()
	t.stopped = true
	for s := range t.open {
		s.conn.Close()
	}
	t.mu.Unlock()
	t.work.Wait()
}

// reopenTFTP opens the old address again; nil where there was none.
func (n *node) reopenTFTP() (datagrams, error) {
	n.mu.Lock()
	at := n.tftpAt
	n.mu.Unlock()
	if at == nil {
		return nil, nil
	}
	return openDatagrams(n.core.ctx, n.core.config.Network, at.String())
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

// wireText is an error whose text goes on the wire as it is.
type wireText string

func (t wireText) Error() string { return string(t) }

const errFileNotFound wireText = "File not found"

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
