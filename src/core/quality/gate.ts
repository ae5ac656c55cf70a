import { z } from 'zod'
import { blank } from './checks/blank.ts'
import { blur } from './checks/blur.ts'
import { complete } from './checks/complete.ts'
import { duplicate } from './checks/duplicate.ts'
import { type CheckName, checks } from './checks/index.ts'
import { judge } from './checks/judge.ts'
import { palette } from './checks/palette.ts'
import { similarity } from './checks/similarity.ts'
import { size } from './checks/size.ts'
import { text } from './checks/text.ts'
import { transparent } from './checks/transparent.ts'

const shared = {
  required: z
    .boolean()
    .default(false)
    .describe('A picture of which the check cannot tell is refused as well'),
}

const gateOf = <Name extends CheckName, Shape extends z.ZodRawShape>(check: {
  readonly name: Name
  readonly settings: Shape
}) => z.strictObject({ gate: z.literal(check.name), ...shared, ...check.settings })

/** A check with its settings, as it stands in the settings of a purpose. */
const written = z.discriminatedUnion('gate', [
  gateOf(complete),
  gateOf(size),
  gateOf(blank),
  gateOf(transparent),
  gateOf(duplicate),
  gateOf(blur),
  gateOf(palette),
  gateOf(text),
  gateOf(similarity),
  gateOf(judge),
])

/** Checks that need no settings and may stand there by their name alone. */
const bareNames = ['complete', 'size', 'blank', 'transparent', 'duplicate', 'blur', 'text'] as const
const bare = z.enum([...bareNames, 'judge']).transform((name) => written.parse({ gate: name }))

/** A gate of a purpose: the name of a check, or the check with its settings. */
export const gateSchema = z.union([bare, written], {
  error:
    `write ${bareNames.join(', ')} or judge, ` +
    'or a check with its settings: { gate: palette, colours: ["#0a84ff"] }',
})
/** See {@link gateSchema}. */
export type Gate = z.output<typeof written>

/** What is wrong with any picture, whatever it is for, and told by its header alone. */
const usual: readonly CheckName[] = ['complete', 'size']
const order = Object.keys(checks) as readonly CheckName[]

/**
 * The gates that a picture must pass, cheapest first: those of every picture, transparency where it
 * was asked for, and the purpose's own, whose settings win. Whether it is blank is looked at when
 * it may be, or when its pixels must be decoded anyway: decoding is no matter of course.
 * @param about.isSuspicious so few bytes for its pixels that it may be blank.
 */
export function gatesFor(
  own: readonly Gate[],
  about: { readonly isTransparent: boolean; readonly isSuspicious: boolean },
): readonly Gate[] {
  const isDecoded =
    about.isSuspicious ||
    about.isTransparent ||
    own.some(({ gate }) => checks[gate].needs !== 'header')
  const names: readonly CheckName[] = [
    ...usual,
    ...(isDecoded ? (['blank'] as const) : []),
    ...(about.isTransparent ? (['transparent'] as const) : []),
  ]
  const added = names
    .filter((name) => !own.some(({ gate }) => gate === name))
    .map((name) => written.parse({ gate: name }))
  return [...own, ...added].toSorted((a, b) => order.indexOf(a.gate) - order.indexOf(b.gate))
}
