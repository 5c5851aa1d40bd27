package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/phonebank/phonebank/core"
)

// Manufacturer is the factory whose MICs the phones carry. With a state
// directory it is the same in every run, so that a real cluster can be told
// once to trust it; without one it is thrown away afterwards.
func Manufacturer(stateDir string) (*core.Manufacturer, error) {
	if stateDir == "" {
		return core.NewManufacturer(time.Now)
	}
	m, err := core.LoadManufacturer(stateDir)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	if m, err = core.NewManufacturer(time.Now); err != nil {
		return nil, err
	}
	if err := m.Save(stateDir); err != nil {
		return nil, fmt.Errorf("keep the manufacturing CA: %w", err)
	}
	return m, nil
}
