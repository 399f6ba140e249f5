import { defineStage, effect, fileBeside } from 'benito-pipeline';

/** A guest plugs its interfaces in when it starts. This is for what happens to the other side later. */
export default defineStage({
  summary: "Keep the guests' interfaces plugged in",
  needs: ['experiment', 'nodes', 'guestProcesses', 'guestNetworks'],
  plan({ facts: { experiment, nodes, guestProcesses, guestNetworks } }) {
    const effects = nodes.flatMap(({ name, failureAction }) => {
      const guest = guestProcesses[name];
      if (!guest) return [];
      const folder = `${experiment.stateDir}/guests/${name}`;
      return guestNetworks[name]!.plugs.map(({ number, label, netdev, otherSide, diesWith }) =>
        effect.command(
          {
            identity: `plug ${experiment.project}/${experiment.name} ${label}`,
            label: `the plug of ${label}`,
            of: [guest],
            make: [
              ...[fileBeside(import.meta.url, '_plug.sh'), `${folder}/started`, otherSide],
              ...[`${folder}/qmp`, String(number), JSON.stringify(netdev)],
            ],
          },
          { node: name, failure: failureAction, diesWith },
        ),
      );
    });
    return { effects };
  },
});
