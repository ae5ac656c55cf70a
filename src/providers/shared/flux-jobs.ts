import { isObject } from '../../core/json.ts'
import type { FailureReader } from './failure-reader.ts'
import { linkedPicture, pollReader } from './poll-reader.ts'

type Body = Readonly<Record<string, unknown>>

/** Reads what FLUX jobs say, whoever runs them (docs.bfl.ai/api_integration, read 2026-11-20). */
export const fluxPolls = (
  service: string,
  failures: Pick<FailureReader, 'classify' | 'wordsOf'>,
): ReturnType<typeof pollReader> =>
  pollReader({
    service,
    failures,
    stateOf: ({ status, state }) => status ?? state,
    states: {
      Pending: 'pending',
      Reasoning: 'pending',
      Generating: 'pending',
      Ready: ({ task, job }) => {
        const { sample, seed } = isObject(task.result) ? task.result : {}
        return linkedPicture(job, sample, seed)
      },
      'Request Moderated': 'content_policy_input',
      'Content Moderated': 'content_policy_output',
      Error: 'overloaded',
      Failed: 'overloaded',
      'Task not found': 'lost',
    },
  })

/**
 * All that such an answer says, as one line: `detail` as text or as FastAPI's list of fields,
 * `{error, message}`, and the reasons of a moderated job in `details`.
 */
export const fluxWords = ({ status, error, message, detail, details }: Body): string =>
  [status, error, message, detail, reasonsIn(details)]
    .flat()
    .map((part) => (isObject(part) ? fieldOf(part) : part))
    .filter((part) => typeof part === 'string' && part !== '')
    .join(': ')

const fieldOf = ({ loc, msg }: Body): string =>
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
