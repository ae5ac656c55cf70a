import { testProvider } from '../../testing/test-provider.ts'
import stability from './index.ts'
import emulator from './sandbox.ts'

testProvider(stability, emulator, {
  fixtures: new URL('./fixtures/', import.meta.url),
  jobModel: 'stable-creative-upscale',
})
