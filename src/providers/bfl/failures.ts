import { isObject } from '../../core/json.ts'
import { failureReader } from '../shared/failure-reader.ts'

/**
 * Reads what BFL says: `detail` as text, `detail` as FastAPI's list of fields, and
 * `{error, message}`; a moderated task gives its reasons in `details`. The status tells the class
 * (docs.bfl.ai/api_integration/errors, read 2026-11-20).
 */
export const { classify, wordsOf } = failureReader({
  service: 'BFL',
  words: ({ status, error, message, detail, details }) => [
    [status, error, message, detail, reasonsIn(details)]
      .flat()
      .map((part) => (isObject(part) ? fieldOf(part) : part))
      .filter((part) => typeof part === 'string' && part !== '')
      .join(': '),
  ],
  signs: [],
})

const fieldOf = ({ loc, msg }: Record<string, unknown>): string =>
  `${Array.isArray(loc) ? loc.join('.') : 'body'}: ${String(msg)}`

/** `{"Moderation Reasons": ["Violence"]}` as `Moderation Reasons: Violence`. */
const reasonsIn = (details: unknown): unknown =>
  isObject(details)
    ? Object.entries(details)
        .map(
          ([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`,
        )
        .join('; ')
    : details
