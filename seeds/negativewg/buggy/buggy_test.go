// SPDX-License-Identifier: BSD-2-Clause

package negativewg

import "testing"

func TestNegativeWG(t *testing.T) {
	j := Start()
	go j.End()
	go j.End()
	j.Wait()
}
