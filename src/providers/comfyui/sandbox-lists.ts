/** A checkpoint of the emulated server and how long it works for one picture of its own size. */
export interface EmulatedCheckpoint {
  readonly file: string
  readonly edge: number
  readonly steps: number
  readonly seconds: number
}

const SDXL: EmulatedCheckpoint = {
  file: 'sd_xl_base_1.0.safetensors',
  edge: 1024,
  steps: 30,
  seconds: 11,
}

/** The checkpoints that the emulated server lists. */
export const CHECKPOINTS: readonly EmulatedCheckpoint[] = [
  SDXL,
  { file: 'v1-5-pruned-emaonly.safetensors', edge: 512, steps: 25, seconds: 3.5 },
]

/** A checkpoint by its file; one of the operator's own works like SDXL. */
export const checkpointOf = (file: string): EmulatedCheckpoint =>
  CHECKPOINTS.find((listed) => listed.file === file) ?? { ...SDXL, file }

/** Samplers and schedules that a `KSampler` offers. */
export const SAMPLERS: readonly string[] = [
  'euler',
  'euler_ancestral',
  'heun',
  'dpm_2',
  'lms',
  'dpmpp_2m',
  'dpmpp_sde',
  'dpmpp_2m_sde',
  'ddim',
  'uni_pc',
  'lcm',
]
/** See {@link SAMPLERS}. */
export const SCHEDULERS: readonly string[] = [
  'normal',
  'karras',
  'exponential',
  'sgm_uniform',
  'simple',
  'beta',
]

/** Nodes whose pictures are stored, and where. */
export const OUTPUT_NODES: Readonly<Record<string, 'output' | 'temp'>> = {
  SaveImage: 'output',
  PreviewImage: 'temp',
}

/** A part of what `GET /object_info` tells: the lists that people look for. */
export function objectInfo(node: string | undefined): object {
  const lists = {
    CheckpointLoaderSimple: { ckpt_name: [CHECKPOINTS.map(({ file }) => file)] },
    KSampler: { sampler_name: [SAMPLERS], scheduler: [SCHEDULERS] },
  }
  return Object.fromEntries(
    Object.entries(lists)
      .filter(([name]) => node === undefined || node === name)
      .map(([name, required]) => [name, { input: { required }, name }]),
  )
}
