import { errorCatalogue } from '../../src/core/errors/catalogue.ts'
import { failureRules } from '../../src/core/errors/provider-failure.ts'
import type { GeneratedFile } from './generated-file.ts'
import { code, codeBlock, markdownDocument, markdownTable } from './markdown.ts'

const BODY = `{
  "error": {
    "message": "size: … what is wrong, then what to do",
    "type": "invalid_request_error",
    "param": "size",
    "code": "invalid_request",
    "doc_url": "http://127.0.0.1:4343/docs/errors#invalid_request",
    "request_id": "req_…"
  }
}`

const INTRODUCTION = `Every error has the shape that OpenAI's clients read. The header
\`x-should-retry\` says whether sending the same request again can help. Errors that pass by
themselves also carry \`retry-after\` (seconds) and \`retry-after-ms\`. A request that has already
cost money is never marked as worth sending again.`

const TRIED = `When attempts failed, the error carries \`tried\`: a list of offers, each with the
class of its failure and the provider's words. When no offer could be planned, \`tried\` names the
offers that were looked at, each with the reason. The classes of failures:`

const REFUSALS = 'Whether a refusal of content is charged is said by `billed_on` of the price row.'

const afterwards = { next: 'the next step of the plan', stop: 'nothing: no other offer is asked' }
const billed = { true: 'yes', false: 'no', unknown: 'not known: the cost is booked as suspected' }

/** `docs/errors.md`: every error code, and every failure class of providers. */
export function errorsDocument(): GeneratedFile {
  const errors = Object.entries(errorCatalogue).map(([name, entry]) => [
    code(name),
    String(entry.status),
    code(entry.type),
    entry.retryable ? 'yes' : 'no',
    entry.advice,
  ])
  const failures = Object.entries(failureRules).map(([name, rule]) => [
    code(name),
    afterwards[rule.afterwards],
    billed[`${rule.billed}`],
    rule.countsAgainstProvider ? 'yes' : 'no',
  ])
  return {
    path: 'docs/errors.md',
    content: markdownDocument('Errors', 'src/core/errors', [
      INTRODUCTION,
      codeBlock('json', BODY),
      '## Codes',
      markdownTable([['code', 'status', 'type', 'send again', 'what to do'], ...errors]),
      '## Failures of providers',
      TRIED,
      markdownTable([
        ['class', 'what follows', 'charged, unless the provider says', 'speaks against its health'],
        ...failures,
      ]),
      REFUSALS,
    ]),
  }
}
