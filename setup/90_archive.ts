import { defineStage, effect } from 'benito-pipeline';

/** config.tgz: everything in the config directory but itself. */
export default defineStage({
  summary: 'Archive the config directory',
  needs: ['experiment', 'configFiles'],
  closing: true,
  plan({ facts: { experiment, configFiles } }) {
    const archive = {
      path: `${experiment.configDir}/config.tgz`,
      root: experiment.configDir,
      members: configFiles,
    };
    return { effects: [effect.archive(archive, { keep: 'user' })] };
  },
});
