// Package coretest starts a core for a test: on loopback, or on a network in
// memory on which a whole boot runs inside a testing/synctest bubble, whose
// clock starts on 2000-01-01 and whose seconds cost nothing.
//
//	synctest.Test(t, func(t *testing.T) {
//		net := new(coretest.Network)
//		c := coretest.Start(t, core.Config{Network: net, Devices: …})
//		files := coretest.Files{Core: c, NotFound: phone.ErrNotFound}
//		// phone.Env{Files: files, Dial: net.Dial}
//	})
//
// Certificates are minted inside the bubble, so that they are valid there, with
// RSA-1024 keys, so that they are quick to make.
package coretest
