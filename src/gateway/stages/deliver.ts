import type { Finishing } from '../../core/catalog/settings.ts'
import type { Fact, ImageRecord } from '../../core/jobs/request-record.ts'
import type { Warning } from '../../core/request/image-request.ts'
import type { Dependencies } from '../dependencies.ts'
import { loadImage } from '../load-image.ts'
import { paidWrite } from '../paid-write.ts'
import { type EndedAttempt, missingImages, type ReadyImage, type Run } from '../run.ts'
import { finishImage } from './publish.ts'

/**
 * When the plan has come to its end, fills places that are still empty with the best pictures that
 * gates refused, if the request's rule says so. They are paid and stored either way; they say why
 * they were refused, and never answer another request.
 */
export async function deliver(run: Run, deps: Dependencies): Promise<Run> {
  const missing = missingImages(run)
  const rule = run.request.onGateRefusal ?? deps.rules.onGateRefusal
  if (missing <= 0 || rule === 'fail') return run
  const best = run.ended
    .flatMap(({ refused }) => refused)
    .toSorted((a, b) => scoreOf(b) - scoreOf(a))
    .slice(0, missing)
  if (best.length === 0) return run
  const ids = new Set(best.map(({ record }) => record.id))
  const ended = await Promise.all(run.ended.map((each) => withDelivered(each, ids, deps)))
  return { ...run, ended }
}

const scoreOf = ({ record }: ReadyImage): number => record.quality?.score ?? 0

async function withDelivered(
  ended: EndedAttempt,
  ids: ReadonlySet<string>,
  deps: Dependencies,
): Promise<EndedAttempt> {
  const chosen = ended.refused.filter(({ record }) => ids.has(record.id))
  if (chosen.length === 0) return ended
  const { requestId, call } = ended.attempt
  const warnings: Warning[] = [...ended.warnings, ...chosen.map(warningOf)]
  const finishing = (call.finishing ?? {}) as Finishing
  const images = await Promise.all(
    chosen.map(async (image) => {
      const bytes = image.bytes ?? (await loadImage(image.record, deps))
      const whole = { ...image, bytes, isReusable: image.isReusable }
      return { ...(await finishImage(whole, finishing, warnings, deps)), isReusable: false }
    }),
  )
  const facts = images.map(({ record }): Fact => ({ kind: 'image-judged', image: record }))
  const write = paidWrite({ requestId, facts, after: ended.written }, deps)
  return {
    ...ended,
    images: [...ended.images, ...images],
    refused: ended.refused.filter(({ record }) => !ids.has(record.id)),
    warnings,
    written: Promise.all([ended.written, write]).then((all) => all.every(Boolean)),
  }
}

const warningOf = ({ record }: { readonly record: ImageRecord }): Warning =>
  record.refusal === undefined
    ? {
        code: 'draft_delivered',
        param: 'strategy',
        message: `${record.id} is a draft and is delivered: it could not be refined.`,
      }
    : {
        code: 'gate_refused',
        param: 'on_gate_refusal',
        message:
          `${record.id} was refused (${record.refusal}) and is delivered: ` +
          'nothing better came.',
      }
