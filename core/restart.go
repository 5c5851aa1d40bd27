package core

import (
	"errors"
	"fmt"
)

// errNodeStopped is the answer for a service of a node that is switched off.
var errNodeStopped = errors.New("the node is stopped")

// Restart restarts a service of a node, which then runs with what is stored
// now. Its conversations end; its port is never closed.
func (c *Core) Restart(service Service, node int) error {
	n, err := c.node(node)
	if service == ServiceTFTP {
		n, err = c.tftpNode(node)
	}
	if err != nil {
		return err
	}
	n.switching.Lock()
	defer n.switching.Unlock()
	if !n.isRunning() {
		return fmt.Errorf("core: restart %s on node %d: %w", service, node, errNodeStopped)
	}
	s := c.disk.read()
	switch {
	case service == ServiceTFTP:
		err = n.startFiles(s)
	case service == ServiceCallManager:
		n.startCallManager(s)
	case service == ServiceTVS:
		n.startTVS(s)
	case service == ServiceCAPF && node == 1:
		n.startCAPF(s)
	default:
		return fmt.Errorf("core: node %d runs no %s", node, service)
	}
	if err != nil {
		return err
	}
	c.trace.core("%s on node %d restarts", service, node)
	n.endConversations(service)
	return nil
}

// endConversations closes the connections of a service that was restarted.
func (n *node) endConversations(service Service) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.links {
		if l.service == service {
			l.close("service restarted")
		}
	}
}
