import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { classify as classifyImages } from '../shared/openai-images/classify.ts'

/** Codes of Azure's content filter, in the spellings of its generations. */
const FILTER_CODES: readonly unknown[] = [
  'contentFilter',
  'content_filter',
  'ResponsibleAIPolicyViolation',
]
/** What was filtered is the picture, not the prompt. */
const OUTPUT = /\b(?:output|generated|response)\b/i

/** Reads an answer that is no success: OpenAI's errors, and those of the content filter. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const read = classifyImages(answer, 'Azure OpenAI')
  const error = isObject(answer.json) && isObject(answer.json.error) ? answer.json.error : {}
  const inner = [error.inner_error, error.innererror].find(isObject)
  const code = [error.code, inner?.code].find((name) => FILTER_CODES.includes(name))
  if (typeof code !== 'string') return read
  const facts = { status: answer.status, providerCode: code }
  // Azure says where it filtered, if at all, in words alone, and never whether it charged.
  return OUTPUT.test(read.message)
    ? failure('content_policy_output', read.message, { ...facts, billed: 'unknown' })
    : failure('content_policy_input', read.message, facts)
}
