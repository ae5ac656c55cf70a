import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

/** Looks at a planned call; what stands against it, if anything does. */
export type PlanCheck = (plan: CallPlan) => Unfit | undefined

/** The first thing that stands against a call. */
export const firstUnfit =
  (...checks: readonly PlanCheck[]): PlanCheck =>
  (plan) => {
    for (const check of checks) {
      const found = check(plan)
      if (found !== undefined) return found
    }
    return undefined
  }

/** Refuses one option of the caller's. */
export const unfitOption = (
  { model, operation }: Pick<CallPlan, 'model' | 'operation'>,
  name: string,
  problem: string,
): Unfit => ({
  code: 'options',
  param: `${model.provider}.${name}`,
  reason: `option ${name} of ${model.id} (${operation}): ${problem}`,
})

/** What a provider's options are read from. */
type Asked = Pick<CallPlan, 'model' | 'operation' | 'options'>

/** A provider's own options, beside the parameters that all requests share. */
export interface CallOptions<Options> {
  readonly check: PlanCheck
  /** The options of a call that was checked; of one that was not, none. */
  readonly read: (asked: Asked) => Options
}

/**
 * Reads options by a strict schema: nothing reaches a provider that was not thought through.
 * @param more.hints names that get a better answer than that they are not known.
 * @param more.flawOf what no schema can say, because it depends on the rest of the call.
 */
export function callOptions<Options extends object>(
  schemaOf: (asked: Omit<Asked, 'options'>) => z.ZodType<Options>,
  more: {
    readonly hints?: Readonly<Record<string, string>>
    readonly flawOf?: (options: Options, plan: CallPlan) => Unfit | undefined
  } = {},
): CallOptions<Options> {
  const { hints = {}, flawOf } = more
  return {
    check(plan) {
      const hinted = Object.keys(plan.options).find((name) => Object.hasOwn(hints, name))
      if (hinted !== undefined) return unfitOption(plan, hinted, hints[hinted] ?? '')
      const read = schemaOf(plan).safeParse(plan.options)
      if (read.success) return flawOf?.(read.data, plan)
      const issue = read.error.issues[0]
      if (issue?.code === 'unrecognized_keys') {
        return unfitOption(plan, String(issue.keys[0]), 'there is no such option')
      }
      return unfitOption(plan, String(issue?.path.join('.')), issue?.message ?? 'is not valid')
    },
    read: (asked) => schemaOf(asked).safeParse(asked.options).data ?? ({} as Options),
  }
}

const none = z.strictObject({})

/** Refuses every option, for providers that take nothing which the common parameters lack. */
export const noOptions = (hints: Readonly<Record<string, string>> = {}): PlanCheck =>
  callOptions(() => none, { hints }).check
