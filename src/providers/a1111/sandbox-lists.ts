/** A checkpoint of the emulated server and how long it works for one picture of its own size. */
export interface EmulatedCheckpoint {
  readonly title: string
  readonly hash: string
  readonly edge: number
  readonly steps: number
  readonly seconds: number
}

const SDXL: EmulatedCheckpoint = {
  title: 'sd_xl_base_1.0.safetensors [31e35c80fc]',
  hash: '31e35c80fc',
  edge: 1024,
  steps: 30,
  seconds: 11,
}

/** The checkpoints that the emulated server lists; the first one is loaded at its start. */
export const CHECKPOINTS: readonly EmulatedCheckpoint[] = [
  SDXL,
  {
    title: 'v1-5-pruned-emaonly.safetensors [6ce0161689]',
    hash: '6ce0161689',
    edge: 512,
    steps: 25,
    seconds: 3.5,
  },
]

/** A checkpoint by its title; one of the operator's own works like SDXL. */
export const checkpointOf = (title: string): EmulatedCheckpoint =>
  CHECKPOINTS.find((listed) => listed.title === title) ?? { ...SDXL, title, hash: '0000000000' }

/** Samplers of version 1.10 that people use. */
export const SAMPLERS: readonly string[] = [
  'DPM++ 2M',
  'DPM++ SDE',
  'DPM++ 2M SDE',
  'Euler a',
  'Euler',
  'LMS',
  'Heun',
  'DPM2',
  'DDIM',
  'UniPC',
  'LCM',
]
/** Schedules of version 1.10 that people use. */
export const SCHEDULERS: readonly string[] = ['automatic', 'karras', 'exponential', 'sgm_uniform']

/** Old versions wrote the schedule behind the sampler. */
export const isKnownSampler = (name: string): boolean =>
  SAMPLERS.includes(name.replace(/ (Karras|Exponential)$/, ''))
