package sccp

import "fmt"

// number names a value that its type has no name for, "ResetType(9)".
func number(kind string, v uint32) string { return fmt.Sprintf("%s(%d)", kind, v) }
