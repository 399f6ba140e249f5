import { defineStage, effect, fileBeside } from 'benito-pipeline';

/** A guest plugs its interfaces in when it starts. This is for switches that are started anew while it runs. */
export default defineStage({
  summary: "Keep the guests' interfaces plugged in",
  needs: ['experiment', 'nodes', 'umlProcesses', 'umlSwitches'],
  plan({ facts: { experiment, nodes, umlProcesses, umlSwitches } }) {
    const effects = nodes.flatMap(({ name, failureAction }) => {
      const running = umlProcesses[name];
      if (!running) return [];
      const { guest, netns, folder, plugs } = running;
      return plugs.map(({ number, interface: device, socket, transport }) => {
        const { process, door } = umlSwitches[socket]!;
        return effect.command(
          {
            identity: `uml plug ${experiment.project}/${experiment.name} ${name}/${device}`,
            label: `the plug of ${name}/${device}`,
            of: [guest],
            make: [
              ...[fileBeside(import.meta.url, '_replug.sh'), folder, netns.name, `eth${number}`, device],
              ...[socket, transport],
            ],
          },
          { node: name, failure: failureAction, after: [door], diesWith: [process] },
        );
      });
    });
    return { effects };
  },
});
