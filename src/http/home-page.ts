/** Text as HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Style of the static pages: calm, light and dark by system. */
export const PAGE_STYLE = `
  :root { color-scheme: light dark; font: 16px/1.55 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1.2rem; }
  h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  pre, code { font: .88rem/1.5 ui-monospace, monospace; }
  pre { padding: .9rem 1rem; border-radius: .5rem; overflow-x: auto; background: #8881; }
  table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .35rem .6rem .35rem 0; vertical-align: top; border-bottom: 1px solid #8884; }
  .note { padding: .7rem 1rem; border-left: .25rem solid #c60; background: #c601; }
  a { color: LinkText; }`

/** The page at `/` until there is a dashboard: what this is, how to call it, where to look. */
export function homePage(page: {
  readonly baseUrl: string
  readonly version: string
  readonly isSandbox: boolean
}): string {
  const base = escapeHtml(page.baseUrl)
  const key = page.isSandbox ? 'sk-keeprate-sandbox' : '$KEEPRATE_API_KEY'
  const note = page.isSandbox
    ? '<p class="note">Sandbox: providers are emulated, pictures are drawn, spend is simulated.</p>'
    : ''
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Keeprate</title><style>${PAGE_STYLE}</style></head><body>
<h1>Keeprate</h1><p>Image-generation gateway, version ${escapeHtml(page.version)}. It speaks OpenAI's Images API.</p>
${note}
<h2>One changed line</h2>
<pre>const client = new OpenAI({ baseURL: '${base}/v1', apiKey: '${key}' })</pre>
<h2>From a terminal</h2>
<pre>curl ${base}/v1/images/generations \\
  -H "authorization: Bearer ${key}" -H "content-type: application/json" \\
  -d '{"model":"auto","prompt":"a lighthouse at dusk","response_format":"url"}'</pre>
<h2>Where to look</h2>
<table>
<tr><td><code>GET /v1/models</code></td><td>models with prices and abilities (needs a key)</td></tr>
<tr><td><code>GET /v1/requests</code></td><td>receipts: attempts, charge lines, saved, why this model (needs a key)</td></tr>
<tr><td><a href="/openapi.json">/openapi.json</a></td><td>description of the API</td></tr>
<tr><td><a href="/docs/errors">/docs/errors</a></td><td>error codes and what to do</td></tr>
<tr><td><a href="/metrics">/metrics</a></td><td>Prometheus metrics</td></tr>
<tr><td><a href="/readyz">/readyz</a> · <a href="/livez">/livez</a></td><td>health</td></tr>
</table></body></html>
`
}
