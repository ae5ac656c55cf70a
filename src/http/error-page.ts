import { errorCatalogue } from '../core/errors/catalogue.ts'
import { escapeHtml, printPage } from './page.ts'

/** The page that `doc_url` of an error leads to, made from the catalogue itself. */
export function errorPage(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { status, type, retryable, advice }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td>` +
      `<td><code>${type}</code></td>` +
      `<td>${retryable ? 'yes' : 'no'}</td><td>${escapeHtml(advice)}</td></tr>`,
  )
  const body = `<h1>Errors</h1>
<p>The body is
<code>{"error":{"message","type","param","code","doc_url","request_id"}}</code>,
as OpenAI's clients expect.</p>
<table>
<tr><th>code</th><th>status</th><th>type</th><th>retry</th><th>what to do</th></tr>
${rows.join('\n')}
</table>`
  return printPage({ title: 'Keeprate errors', body, isWide: true })
}
