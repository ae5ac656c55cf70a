import { z } from 'zod'
import { readImageHeader } from '../../core/quality/image-header.ts'

const number = z.number()
const whole = z.number().int()
const text = z.string()

/** The parameters that the emulator reads, with the server's own defaults; others are ignored. */
const parameters = z.object({
  prompt: text.default(''),
  negative_prompt: text.nullish(),
  seed: whole.default(-1),
  sampler_name: text.nullish(),
  sampler_index: text.default('Euler'),
  batch_size: whole.default(1),
  n_iter: whole.default(1),
  steps: whole.default(50),
  cfg_scale: number.default(7),
  width: whole.default(512),
  height: whole.default(512),
  override_settings: z
    .object({ sd_model_checkpoint: text.optional(), return_grid: z.boolean().optional() })
    .loose()
    .default({}),
  override_settings_restore_afterwards: z.boolean().default(true),
  init_images: z.array(text).nullish(),
  mask: text.nullish(),
  denoising_strength: number.nullish(),
  send_images: z.boolean().default(true),
  force_task_id: text.nullish(),
})

/** A job as the server understands it. */
export interface EmulatedJob {
  readonly prompt: string
  readonly seed: number
  readonly sampler: string
  readonly count: number
  readonly steps: number
  readonly width: number
  readonly height: number
  readonly overrides: { readonly sd_model_checkpoint?: string; readonly return_grid?: boolean }
  readonly restores: boolean
  readonly taskId: string
  readonly input?: { readonly isPicture: boolean }
  /** What is sent back: the request without its pictures. */
  readonly parameters: object
}

/** A problem in the words of FastAPI. */
interface Problem {
  readonly loc: readonly PropertyKey[]
  readonly msg: string
  readonly type: string
}

/** Latent pictures have an eighth of the edges, rounded down. */
const LATENT = 8

/** Reads a body; members of the wrong type are refused, unknown ones ignored. */
export function readJob(
  body: unknown,
  isEdit: boolean,
): { readonly job: EmulatedJob } | { readonly problems: readonly Problem[] } {
  const read = parameters.safeParse(body)
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => ({
      loc: ['body', ...path],
      msg: message,
      type: 'value_error',
    }))
    return { problems }
  }
  const { init_images, mask: _, ...rest } = read.data
  const first = isEdit ? init_images?.[0] : undefined
  const edge = (pixels: number): number => Math.max(LATENT, pixels - (pixels % LATENT))
  return {
    job: {
      prompt: rest.prompt,
      seed: rest.seed,
      sampler: rest.sampler_name ?? rest.sampler_index,
      count: Math.max(1, rest.batch_size * rest.n_iter),
      steps: Math.max(1, rest.steps),
      width: edge(rest.width),
      height: edge(rest.height),
      overrides: known(rest.override_settings),
      restores: rest.override_settings_restore_afterwards,
      taskId: rest.force_task_id ?? '',
      ...(first === undefined ? {} : { input: { isPicture: isPicture(first) } }),
      parameters: { ...rest, init_images: null, mask: null },
    },
  }
}

const known = ({
  sd_model_checkpoint,
  return_grid,
}: {
  readonly sd_model_checkpoint?: string | undefined
  readonly return_grid?: boolean | undefined
}): EmulatedJob['overrides'] => ({
  ...(sd_model_checkpoint === undefined ? {} : { sd_model_checkpoint }),
  ...(return_grid === undefined ? {} : { return_grid }),
})

const isPicture = (encoded: string): boolean =>
  readImageHeader(Buffer.from(encoded.replace(/^data:[^,]*,/, ''), 'base64')) !== undefined
