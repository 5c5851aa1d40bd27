package core

import (
	"context"
	"net"
)

// Network is where a core listens. *net.ListenConfig is one; package coretest
// has one in memory. A Network whose ListenPacket answers errors.ErrUnsupported
// leaves the core without TFTP; its files are then had from [Core.File].
type Network interface {
	Listen(ctx context.Context, network, address string) (net.Listener, error)
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
}
