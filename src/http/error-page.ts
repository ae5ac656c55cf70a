import { errorCatalogue } from '../core/errors/catalogue.ts'
import { escapeHtml, PAGE_STYLE } from './home-page.ts'

/** The page that `doc_url` of an error leads to, made from the catalogue itself. */
export function errorPage(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { status, type, retryable, advice }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td><code>${type}</code></td>` +
      `<td>${retryable ? 'yes' : 'no'}</td><td>${escapeHtml(advice)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Keeprate errors</title><style>${PAGE_STYLE} body { max-width: 64rem } tr:target { background: #fc03 }</style></head><body>
<h1>Errors</h1>
<p>The body is <code>{"error":{"message","type","param","code","doc_url","request_id"}}</code>, as OpenAI's clients expect.</p>
<table><tr><th>code</th><th>status</th><th>type</th><th>retry</th><th>what to do</th></tr>
${rows.join('\n')}
</table></body></html>
`
}
