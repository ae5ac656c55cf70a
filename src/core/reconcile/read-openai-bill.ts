import { z } from 'zod'
import { invalid } from '../errors/gateway-error.ts'
import {
  type Bill,
  type BillLine,
  type BillProblem,
  dayOfSeconds,
  readAmount,
  readCount,
  readModel,
} from './bill.ts'

/*
 * OpenAI's exports (API reference of /v1/organization/costs and /usage/images, read 2026-11-20).
 * The reference has amounts as numbers; answers have been seen with texts, so both are read.
 */

const seconds = z.number().int().min(0).max(253_402_300_799)
const bucket = z.looseObject({ start_time: seconds, results: z.array(z.unknown()) })
const page = z.looseObject({ object: z.literal('page'), data: z.array(z.unknown()) })

const amount = z.union([z.number(), z.string()]).transform(String)

const costsResult = z.looseObject({
  object: z.literal('organization.costs.result'),
  amount: z.looseObject({ value: amount, currency: z.string() }),
  line_item: z.string().nullish(),
  quantity: amount.nullish(),
  quantity_unit: z.string().nullish(),
})

const imagesResult = z.looseObject({
  object: z.literal('organization.usage.images.result'),
  images: amount,
  model: z.string().nullish(),
})

/**
 * Reads one page, a list of pages, or a page a line, of costs or of image usage. What cannot be
 * read is a problem with the number of the result, counted through the file.
 * @throws GatewayError naming `file` when it is no page of OpenAI's.
 */
export function readOpenaiBill(text: string): Bill {
  const lines: BillLine[] = []
  const problems: BillProblem[] = []
  let line = 0
  for (const { data } of readPages(text)) {
    for (const one of data) {
      const read = bucket.safeParse(one)
      if (!read.success) {
        line += 1
        problems.push({ line, message: `is no bucket: ${reasonOf(read.error)}` })
        continue
      }
      const day = dayOfSeconds(read.data.start_time)
      for (const result of read.data.results) {
        line += 1
        const found = readResult(result, line, day)
        if ('message' in found) problems.push(found)
        else lines.push(found)
      }
    }
  }
  return { lines, problems }
}

function readPages(text: string): readonly z.infer<typeof page>[] {
  const values = parseJson(text) ?? parseJsonLines(text)
  const pages = (Array.isArray(values) ? values : [values]).map((value) => page.safeParse(value))
  const good = pages.flatMap((read) => (read.success ? [read.data] : []))
  if (good.length === pages.length && good.length > 0) return good
  throw invalid('file', 'The file is no page of /v1/organization/costs or /usage/images.')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function parseJsonLines(text: string): unknown {
  return text
    .split('\n')
    .map((line, index) => [line.trim(), index + 1] as const)
    .filter(([line]) => line !== '')
    .map(([line, number]) => {
      const value = parseJson(line)
      if (value === undefined) throw invalid('file', `Line ${number} is no JSON.`)
      return value
    })
}

function readResult(result: unknown, line: number, day: string): BillLine | BillProblem {
  const isImages = imagesResult.shape.object.safeParse(Object(result).object).success
  return isImages ? readImages(result, line, day) : readCosts(result, line, day)
}

function readImages(result: unknown, line: number, day: string): BillLine | BillProblem {
  const read = imagesResult.safeParse(result)
  if (!read.success) return { line, message: `cannot be read: ${reasonOf(read.error)}` }
  const images = readCount(read.data.images)
  if (images === undefined) return { line, message: 'images is no number of images' }
  return { line, day, model: readModel(read.data.model ?? ''), images }
}

function readCosts(result: unknown, line: number, day: string): BillLine | BillProblem {
  const read = costsResult.safeParse(result)
  if (!read.success) return { line, message: `cannot be read: ${reasonOf(read.error)}` }
  const { amount: money, line_item, quantity, quantity_unit } = read.data
  if (money.currency.toLowerCase() !== 'usd') {
    return { line, message: `is in ${money.currency.slice(0, 10)}, not in US dollars` }
  }
  const costNano = readAmount(money.value)
  if (costNano === undefined) return { line, message: 'amount.value is no amount of dollars' }
  const images = quantity_unit === 'images' ? readCount(quantity ?? '') : undefined
  const model = readModel(line_item ?? '')
  return { line, day, model, costNano, ...(images === undefined ? {} : { images }) }
}

/** Where and why a value was refused, shortly. */
function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues
  return `${issue?.path.join('.') || 'value'}: ${issue?.message ?? 'not understood'}`.slice(0, 120)
}
