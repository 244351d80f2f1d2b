"""The vault's master key changed, and a document's key destroyed, from the command line."""

import sys

from config.settings import Settings
from front.furnishing import objects_of, opened
from front.keeping import closed_to_all, master_of
from storage.rekeying import rekey
from workflow.destroy import destroy_by_operator


def change_master(settings: Settings) -> int:
    """Put a new master key in the place of the old one; say how many keys lie under it."""
    keys = settings.trinhky_data / "keys"
    with closed_to_all(keys):
        count, finished = rekey(objects_of(settings)[1], keys, master_of(settings))
    what = "an earlier change was finished" if finished else "a new master key"
    sys.stdout.write(f"rekey: {what}; {count} document keys lie under it. Copy keys/ anew.\n")
    return 0


def destroy_key(settings: Settings, document: str) -> int:
    """Destroy a document's key, then change the master key, so that no older copy opens it."""
    with opened(settings, warm={}) as office:
        destroy_by_operator(office, document)
    sys.stdout.write(f"destroy-key: {document}: its key is gone\n")
    return change_master(settings)
