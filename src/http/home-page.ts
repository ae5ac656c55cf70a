import { escapeHtml, printPage } from './page.ts'

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
  const body = `<h1>Keeprate</h1>
<p>Image-generation gateway, version ${escapeHtml(page.version)}. It speaks OpenAI's Images API.</p>
${note}
<h2>One changed line</h2>
<pre>const client = new OpenAI({
  baseURL: '${base}/v1',
  apiKey: '${key}',
})</pre>
<h2>From a terminal</h2>
<pre>curl ${base}/v1/images/generations \\
  -H "authorization: Bearer ${key}" \\
  -H "content-type: application/json" \\
  -d '{"model":"auto","prompt":"a lighthouse at dusk","response_format":"url"}'</pre>
<h2>Where to look</h2>
<table>
<tr><td><code>GET /v1/models</code></td>
  <td>models with prices and abilities (needs a key)</td></tr>
<tr><td><code>GET /v1/requests</code></td>
  <td>receipts: attempts, charge lines, saved, why this model (needs a key)</td></tr>
<tr><td><code>GET /v1/prices</code></td>
  <td>prices in force with source, date and layer (needs a key)</td></tr>
<tr><td><code>GET /v1/usage</code></td>
  <td>spend by model, provider, purpose, key and day (needs a key)</td></tr>
<tr><td><a href="/openapi.json">/openapi.json</a></td><td>description of the API</td></tr>
<tr><td><a href="/docs/errors">/docs/errors</a></td><td>error codes and what to do</td></tr>
<tr><td><a href="/metrics">/metrics</a></td><td>Prometheus metrics</td></tr>
<tr><td><a href="/readyz">/readyz</a> · <a href="/livez">/livez</a></td><td>health</td></tr>
</table>`
  return printPage({ title: 'Keeprate', body })
}
