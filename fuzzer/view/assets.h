/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of this directory as strings (scripts/embed.sh), with their sums for a Content-Security-Policy. */
#ifndef KNOT_VIEW_ASSETS_H
#define KNOT_VIEW_ASSETS_H

extern const char knot_asset_svg_css[];
/* svg.css and report.css */
extern const char knot_asset_page_css[];
extern const char knot_asset_page_css_sha256[];
extern const char knot_asset_page_js[];
extern const char knot_asset_page_js_sha256[];

#endif
