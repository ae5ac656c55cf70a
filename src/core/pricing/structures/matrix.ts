import { z } from 'zod'
import { ok, type Result, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { positiveRateSchema } from '../decimal.ts'
import { flawsOfAxis, listedFor, type PriceAxis, priceAxes } from '../price-axis.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, type UnpriceableReason } from '../unpriceable.ts'
import type { Usage } from '../usage.ts'

/** A list of prices by name, or, one level up, lists by name. */
type Table = string | { readonly [name: string]: Table }

const schema = z
  .strictObject({
    kind: z.literal('matrix'),
    /** What the table is ordered by, outermost first: `["quality", "size"]`, `["resolution"]`. */
    by: z
      .array(z.enum(priceAxes))
      .min(1)
      .max(2)
      .refine((axes) => new Set(axes).size === axes.length, 'an axis stands twice'),
    /** Dollars for one image, nested as `by` says. */
    usd: z.record(
      z.string(),
      z.union([positiveRateSchema, z.record(z.string(), positiveRateSchema)]),
    ),
  })
  .superRefine((component, context) => {
    for (const message of flawsOfTable(component.by, component.usd)) {
      context.addIssue({ code: 'custom', path: ['usd'], message })
    }
  })

/**
 * A price table by quality, size or resolution class. A size or quality that is not listed costs
 * what the next larger one costs; prices between cells are never invented.
 * @example 3 images, medium, 1536x1024, at $0.063 = $0.189
 */
export const matrix = defineStructure({
  title: 'Price table',
  summary:
    'Each image costs what the table lists for it; what is not listed costs the next larger cell.',
  schema,
  rate: (component, usage) => {
    const cell = cellFor(component.by, component.usd, usage)
    if (!cell.ok) return cell
    if (usage.images === 0) return ok([])
    const { path, rate } = cell.value
    const label = ['output image', ...path].join(', ')
    const line = { kind: component.kind, label, unit: 'image', rate }
    return ok([chargeLine({ ...line, quantity: usage.images })])
  },
  example: {
    title: 'Three medium landscape images by gpt-image-1',
    component: {
      kind: 'matrix',
      by: ['quality', 'size'],
      usd: {
        low: { '1024x1024': '0.011', '1536x1024': '0.016' },
        medium: { '1024x1024': '0.042', '1536x1024': '0.063' },
        high: { '1024x1024': '0.167', '1536x1024': '0.25' },
      },
    },
    usage: { images: 3, quality: 'medium', size: '1536x1024' },
    usd: '0.189',
    source: 'OpenAI price page, read 2026-08-01',
  },
})

function cellFor(
  axes: readonly PriceAxis[],
  usd: Table,
  usage: Usage,
): Result<{ readonly path: readonly string[]; readonly rate: string }, UnpriceableReason> {
  const path: string[] = []
  let table = usd
  for (const axis of axes) {
    if (typeof table === 'string') break
    const wanted = wantedOn(axis, usage)
    if (wanted === undefined) return refused(missingUsage(axis, 'matrix'))
    const listed = listedFor(axis, Object.keys(table), wanted)
    if (!listed.ok) return listed
    path.push(listed.value)
    table = table[listed.value] ?? {}
  }
  if (typeof table === 'string') return ok({ path, rate: table })
  return refused(missingUsage(axes.join(' and '), 'matrix'))
}

function wantedOn(axis: PriceAxis, usage: Usage): string | undefined {
  if (axis !== 'size') return usage[axis]
  if (usage.size !== undefined) return usage.size
  if (usage.width === undefined || usage.height === undefined) return undefined
  return `${usage.width}x${usage.height}`
}

function flawsOfTable(axes: readonly PriceAxis[], table: Table): string[] {
  const [axis, ...inner] = axes
  if (axis === undefined) {
    return typeof table === 'string' ? [] : ['the table is nested deeper than `by` says']
  }
  if (typeof table === 'string') return [`a table by ${axis} is missing`]
  const flaws = flawsOfAxis(axis, Object.keys(table))
  return flaws.concat(...Object.values(table).map((value) => flawsOfTable(inner, value)))
}
