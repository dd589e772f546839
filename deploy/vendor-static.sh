#!/bin/sh
# Makes taperplan/static/taperplan/{vendor,fonts} and tests/vendor again, from the package
# registry's ordinary client. Needs npm and the project's virtual environment; run by hand when
# a version below is raised. Nothing here runs in production or in the checks.
set -eu
bootstrap=5.3.9 plex=5.3.0 axe=4.14.1 sass=1
here=$(cd "$(dirname "$0")/.." && pwd)
static=$here/taperplan/static/taperplan
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts "bootstrap@$bootstrap" "sass@$sass" \
    "@fontsource-variable/ibm-plex-sans@$plex" "axe-core@$axe" htmx.org@2 >/dev/null

# Bootstrap without its components and without a single colour: reboot, grid, and the utilities
# for display, flex, spacing, sizing and text. In a cascade layer, so that app.css wins.
cat >part.scss <<'SCSS'
$grid-breakpoints: (xs: 0, sm: 36rem, md: 48rem, lg: 62rem, xl: 80rem);
$container-max-widths: (xl: 80rem);
$grid-gutter-width: 1.25rem;
@import "bootstrap/scss/functions";
@import "bootstrap/scss/variables";
@import "bootstrap/scss/variables-dark";
@import "bootstrap/scss/maps";
@import "bootstrap/scss/mixins";
@import "bootstrap/scss/utilities";
$kept: "display", "flex", "flex-direction", "flex-grow", "flex-shrink", "flex-wrap",
    "justify-content", "align-items", "align-self", "order", "margin", "margin-x", "margin-y",
    "margin-top", "margin-end", "margin-bottom", "margin-start", "padding", "padding-x",
    "padding-y", "gap", "row-gap", "column-gap", "width", "text-align", "white-space",
    "word-wrap", "font-weight", "position", "overflow", "vertical-align";
$fewer: ();
@each $name, $utility in $utilities {
  @if index($kept, $name) {
    $fewer: map-merge($fewer, ($name: $utility));
  }
}
$utilities: $fewer;
@import "bootstrap/scss/reboot";
@import "bootstrap/scss/grid";
@import "bootstrap/scss/helpers/visually-hidden";
@import "bootstrap/scss/helpers/stacks";
@import "bootstrap/scss/helpers/text-truncation";
@import "bootstrap/scss/utilities/api";
SCSS
npx sass --no-source-map --style=compressed --load-path=node_modules --quiet part.scss part.css
mkdir -p "$static/vendor" "$static/fonts" "$here/tests/vendor"
rm -f "$static"/vendor/bootstrap-* "$static"/vendor/htmx-* "$static"/fonts/*.woff2
{
    echo "/* Bootstrap $bootstrap: reboot, grid, some utilities. MIT, see bootstrap-LICENSE.txt */"
    printf '@layer bootstrap{'
    sed -e 's/^\xEF\xBB\xBF//' -e 's/@charset "UTF-8";//' -e '/sourceMappingURL/d' part.css | tr -d '\n'
    echo '}'
} >"$static/vendor/bootstrap-$bootstrap.part.min.css"
cp node_modules/bootstrap/LICENSE "$static/vendor/bootstrap-LICENSE.txt"

python=${PYTHON:-$here/.venv/bin/python}
htmx_js=$("$python" -c 'import django_htmx, pathlib; print(pathlib.Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js")')
htmx=$(grep -o 'version:"2[0-9.]*"' "$htmx_js" | head -n 1 | cut -d'"' -f2)
sed '/sourceMappingURL/d' "$htmx_js" >"$static/vendor/htmx-$htmx.min.js"
cp node_modules/htmx.org/LICENSE "$static/vendor/htmx-LICENSE.txt"

for part in latin latin-ext greek cyrillic cyrillic-ext vietnamese; do
    cp "node_modules/@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-$part-wght-normal.woff2" \
        "$static/fonts/plex-sans-$plex-$part.woff2"
done
cp node_modules/@fontsource-variable/ibm-plex-sans/LICENSE "$static/fonts/OFL.txt"

sed '/sourceMappingURL/d' node_modules/axe-core/axe.min.js >"$here/tests/vendor/axe-$axe.min.js"
cp node_modules/axe-core/LICENSE "$here/tests/vendor/axe-LICENSE.txt"
echo "Now name the new versions in templates/base.html, app.css and tests/frame."
