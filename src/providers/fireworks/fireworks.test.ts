import { testProvider } from '../../testing/test-provider.ts'
import { faults } from '../shared/emulator.ts'
import fireworks from './index.ts'
import emulator from './sandbox.ts'
import { shapeOf } from './shape.ts'

const fixtures = new URL('./fixtures/', import.meta.url)

testProvider(fireworks, emulator, { fixtures })

// Faults are played with one model, above with a job; here with a picture that comes at once.
const [jobs, others] = [true, false].map((isJob) =>
  fireworks.models.filter((model) => (shapeOf(model) === 'kontext') === isJob),
)
const again = 'the suite above has done it'
const noJob = 'these models answer with the picture itself'
testProvider({ ...fireworks, models: [...(others ?? []), ...(jobs ?? [])] }, emulator, {
  fixtures,
  skip: {
    resume: noJob,
    probe: again,
    'operation:generate': again,
    'operation:edit': again,
    formats: again,
    sizes: again,
    count: again,
    ...Object.fromEntries(
      faults.filter((name) => name.startsWith('job-')).map((name) => [`fault:${name}`, noJob]),
    ),
  },
})
