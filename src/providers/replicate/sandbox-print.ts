import type { EmulatorKit } from '../shared/emulator.ts'
import { type EmulatedPrediction, pictureCount, viewPrediction } from './sandbox-predictions.ts'

/** A prediction as Replicate prints it, in answers and in webhooks. */
export function printPrediction(
  job: EmulatedPrediction,
  kit: EmulatorKit,
  baseUrl: string,
): Readonly<Record<string, unknown>> {
  const view = viewPrediction(job, kit)
  const url = `${baseUrl}/v1/predictions/${job.id}`
  const hasEnded = view.endedAt !== undefined
  return {
    id: job.id,
    model: job.modelName,
    version: job.model.isOfficial ? 'hidden' : job.version,
    input: view.isRemoved ? {} : job.input,
    logs: view.isRemoved || view.startedAt === undefined ? '' : `Using seed: ${job.seed}\n`,
    output: view.status === 'succeeded' && !view.isRemoved ? outputOf(job, baseUrl) : null,
    data_removed: view.isRemoved,
    error: view.error,
    source: 'api',
    status: view.status,
    created_at: iso(job.createdAt),
    started_at: iso(view.startedAt),
    completed_at: iso(view.endedAt),
    ...(job.deadline === undefined ? {} : { deadline: iso(job.deadline) }),
    metrics: hasEnded
      ? {
          predict_time: view.predictSeconds,
          total_time: ((view.endedAt ?? 0) - job.createdAt) / 1_000,
        }
      : {},
    urls: {
      get: url,
      cancel: `${url}/cancel`,
      web: `https://replicate.com/p/${job.id}`,
    },
    ...(job.webhook === undefined
      ? {}
      : { webhook: job.webhook.url, webhook_events_filter: job.webhook.events }),
  }
}

const iso = (instant: number | undefined): string | null =>
  instant === undefined ? null : new Date(instant).toISOString()

function outputOf(job: EmulatedPrediction, baseUrl: string): unknown {
  const extension = job.task.format === 'jpeg' ? 'jpg' : job.task.format
  const origin = job.fault === 'link-private' ? 'http://10.0.0.1' : baseUrl
  const links = Array.from(
    { length: pictureCount(job) },
    (_, index) => `${origin}/delivery/${job.id}/out-${index}.${extension}`,
  )
  return job.model.output === 'list' ? links : (links[0] ?? null)
}
