package core

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Export writes what the cluster serves and is made of to dir:
//
//	dir/tftp/         every file that the first TFTP server serves to the named devices, or to all
//	dir/*.pem         certificates and keys, as Authority.Save writes them
//	dir/mic-ca.crt    the certificate that a real cluster must trust for our MICs
//
// A TLS terminator in front of an offloaded node k takes callmanager-<k>.pem.
// Signing takes about 2 ms a device.
func (c *Core) Export(dir string, devices ...string) error {
	authority := c.Authority()
	if err := authority.Save(dir); err != nil {
		return fmt.Errorf("core: export: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "mic-ca.crt"), authority.Manufacturer.PEM(), 0o644); err != nil {
		return fmt.Errorf("core: export: %w", err)
	}
	files := filepath.Join(dir, "tftp")
	if err := os.MkdirAll(files, 0o755); err != nil {
		return fmt.Errorf("core: export: %w", err)
	}
	names := []string{"CTLFile.tlv", "ITLFile.tlv", "XMLDefault.cnf.xml", "XMLDefault.cnf.xml.sgn"}
	if len(devices) == 0 {
		devices = c.db.names()
	}
	for _, d := range devices {
		if c.db.find(d) == nil {
			return fmt.Errorf("core: export: no device %s", d)
		}
		config := d + ".cnf.xml"
		names = append(names, "CTL"+d+".tlv", "ITL"+d+".tlv", config, config+".sgn", config+".enc.sgn")
	}
	for _, name := range names {
		file, err := c.nodes[0].files.Load().file(name)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(files, name), file.Bytes, 0o644)
		}
		if err != nil {
			return fmt.Errorf("core: export %s: %w", name, err)
		}
	}
	return nil
}
