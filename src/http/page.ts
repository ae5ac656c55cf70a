import { hash } from 'node:crypto'

/** Text as HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Style of the static pages: calm, light and dark by system. */
const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.55 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1.2rem; }
  body.wide { max-width: 64rem; }
  h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  pre, code { font: .88rem/1.5 ui-monospace, monospace; }
  pre { padding: .9rem 1rem; border-radius: .5rem; overflow-x: auto; background: #8881; }
  table { border-collapse: collapse; width: 100%; }
  td, th {
    text-align: left; vertical-align: top;
    padding: .35rem .6rem .35rem 0; border-bottom: 1px solid #8884;
  }
  tr:target { background: #fc03; }
  .note { padding: .7rem 1rem; border-left: .25rem solid #c60; background: #c601; }
  a { color: LinkText; }`

/**
 * Headers of the static pages: nothing foreign, no scripts, and no style but this one, which is
 * named by its digest so that no other can be smuggled in.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; img-src 'self'; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}

/** A whole page. @param page.body HTML whose texts are escaped already. */
export const printPage = (page: {
  readonly title: string
  readonly body: string
  readonly isWide?: boolean
}): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(page.title)}</title><style>${STYLE}</style></head>
<body${page.isWide === true ? ' class="wide"' : ''}>
${page.body}
</body></html>
`
