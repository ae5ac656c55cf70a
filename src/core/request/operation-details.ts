import { z } from 'zod'
import { invalid } from '../errors/gateway-error.ts'
import { requestLimits } from './limits.ts'
import type { Operation } from './operation.ts'

/**
 * How a picture is enlarged: `fast` only sharpens, `conservative` keeps what is there and adds
 * detail, `creative` paints it anew.
 */
export const upscaleModes = ['fast', 'conservative', 'creative'] as const
/** See {@link upscaleModes}. */
export type UpscaleMode = (typeof upscaleModes)[number]

/**
 * What a reference picture decides: where things are (`structure`), the lines (`sketch`), or the
 * look (`style`).
 */
export const controlKinds = ['structure', 'sketch', 'style'] as const
/** See {@link controlKinds}. */
export type ControlKind = (typeof controlKinds)[number]

/** The sides of a picture. */
export const sides = ['left', 'right', 'top', 'bottom'] as const
/** See {@link sides}. */
export type Side = (typeof sides)[number]

/** Pixels added at each side. */
export type Expansion = { readonly [Name in Side]: number }

/** Details of a request as a caller gives them, not yet checked against the operation. */
export interface DetailsDraft {
  /** Outpaint: pixels to add; a side that is not named gets none. */
  readonly expand?: { readonly [Name in Side]?: number | null } | null
  /** Upscale: how many times longer the edges become. */
  readonly scale?: number | null
  /** Upscale; `fast` unless given. */
  readonly mode?: string | null
  /** What to find in the picture, in words. */
  readonly search?: string | null
  /** What the reference picture decides. */
  readonly control?: string | null
  /** How much the reference counts, 0 to 1; the model's own default unless given. */
  readonly strength?: number | null
}

/** Names of all details, in the spelling of the wire as well. */
export const detailNames = ['expand', 'scale', 'mode', 'search', 'control', 'strength'] as const
type DetailName = (typeof detailNames)[number]

const { minScale, maxScale, maxEdge, maxSearchCharacters } = requestLimits
const side = z
  .int(`must be whole pixels from 0 to ${maxEdge}`)
  .min(0, `must be whole pixels from 0 to ${maxEdge}`)
  .max(maxEdge, `must be whole pixels from 0 to ${maxEdge}`)
  .nullish()
  .transform((pixels) => pixels ?? 0)
const strength = z
  .number('must be a number from 0 to 1')
  .min(0, 'must be a number from 0 to 1')
  .max(1, 'must be a number from 0 to 1')
const search = z
  .string('must name in words what to find in the picture')
  .regex(/\S/, 'must name in words what to find in the picture')
  .max(maxSearchCharacters, `must have at most ${maxSearchCharacters} characters`)
const scale = z
  .number(`must be a number from ${minScale} to ${maxScale}: how many times longer edges become`)
  .min(minScale, `must be a number from ${minScale} to ${maxScale}`)
  .max(maxScale, `must be a number from ${minScale} to ${maxScale}`)
const expand = z
  .strictObject(
    { left: side, right: side, top: side, bottom: side },
    'must be an object of pixels by side: left, right, top, bottom',
  )
  .refine(
    (pixels) => sides.some((name) => pixels[name] > 0),
    'must add pixels at one side at least: left, right, top or bottom',
  )

/** One schema for each operation that has details. */
const schemas = {
  outpaint: z.strictObject({ expand }),
  upscale: z.strictObject({
    scale,
    mode: z.enum(upscaleModes, `must be one of ${upscaleModes.join(', ')}`).default('fast'),
  }),
  search_and_replace: z.strictObject({ search }),
  search_and_recolor: z.strictObject({ search }),
  control: z.strictObject({
    control: z.enum(controlKinds, `must be one of ${controlKinds.join(', ')}`),
    strength: strength.optional(),
  }),
  style_transfer: z.strictObject({ strength: strength.optional() }),
} as const satisfies { readonly [Name in Operation]?: z.ZodType }

/** Operations that have details of their own. */
export type DetailedOperation = keyof typeof schemas

/** What one operation needs to know beside pictures and words. */
export type DetailsOf<Name extends DetailedOperation> = Readonly<
  { kind: Name } & z.output<(typeof schemas)[Name]>
>

/** What an operation needs to know beside pictures and words; `kind` is the operation. */
export type OperationDetails = { [Name in DetailedOperation]: DetailsOf<Name> }[DetailedOperation]

const isDetailed = (operation: Operation): operation is DetailedOperation =>
  Object.hasOwn(schemas, operation)

/** Which operations take a detail, for advice. */
const takenBy = (name: DetailName): string =>
  (Object.keys(schemas) as DetailedOperation[])
    .filter((operation) => Object.hasOwn(schemas[operation].shape, name))
    .join(', ')

/**
 * Reads the details of an operation; undefined for one that has none.
 * @throws GatewayError naming the detail that is missing, wrong or of another operation.
 */
export function readDetails(
  operation: Operation,
  draft: DetailsDraft,
): OperationDetails | undefined {
  const given = Object.fromEntries(
    detailNames.flatMap((name) => (draft[name] == null ? [] : [[name, draft[name]]])),
  )
  const known = isDetailed(operation) ? schemas[operation].shape : {}
  for (const name of Object.keys(given) as DetailName[]) {
    if (Object.hasOwn(known, name)) continue
    const advice = `it is taken by ${takenBy(name)}; name the operation in keeprate.operation`
    throw invalid(name, `${name} is no detail of ${operation}: ${advice}.`)
  }
  if (!isDetailed(operation)) return undefined
  const read = schemas[operation].safeParse(given)
  if (read.success) return { kind: operation, ...read.data } as OperationDetails
  const [issue] = read.error.issues
  if (issue?.code === 'unrecognized_keys') {
    const param = [...issue.path, issue.keys[0]].join('.')
    throw invalid(param, `${param} is no side: name left, right, top or bottom.`)
  }
  const param = issue?.path.join('.') ?? operation
  throw invalid(param, `${param} ${issue?.message}.`)
}
