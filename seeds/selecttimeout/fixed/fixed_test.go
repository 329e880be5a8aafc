// SPDX-License-Identifier: BSD-2-Clause

package selecttimeout

import (
	"errors"
	"testing"
	"time"
)

func TestSelectTimeout(t *testing.T) {
	v, err := New().Get("answer", time.Second)
	if err != nil && !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
	if err == nil && v != 42 {
		t.Errorf("got %d, want 42", v)
	}
}
