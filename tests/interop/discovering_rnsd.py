"""rnsd, with the waits of its announcer of interfaces and of its updater of blackhole lists cut down to a second, so that
no test waits minutes for them. Needs an environment with LXMF."""
import RNS.Discovery
from RNS.Utilities.rnsd import main

RNS.Discovery.InterfaceAnnouncer.JOB_INTERVAL = 1
RNS.Discovery.BlackholeUpdater.INITIAL_WAIT = 1
RNS.Discovery.BlackholeUpdater.JOB_INTERVAL = 1

if __name__ == "__main__":
    main()
