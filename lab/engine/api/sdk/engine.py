"""What every chapter needs: the connection, waiting for a state, what a refusal says."""
import json
import time

import ovirtsdk4 as sdk
import ovirtsdk4.types as types

GIB = 2**30


class Lab:
    """The engine of the lab, and what lies around it."""

    def __init__(self, settings):
        with open(settings) as file:
            self.__dict__.update(json.load(file))
        self.connection = sdk.Connection(
            url=self.url, username="admin@internal", password=self.password, ca_file=self.ca_file
        )
        self.system = self.connection.system_service()


def wait(read, wanted, seconds=60):
    """Every state on the way to the wanted one."""
    states = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = read()
        if not states or states[-1] != state:
            states.append(state)
        if state == wanted:
            return states
        time.sleep(0.02)
    raise RuntimeError(f"never {wanted}: {states}")


def until(what, ready, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.05)
    raise RuntimeError(f"never {what}")


def gone(service):
    try:
        service.get()
        return False
    except sdk.NotFoundError:
        return True


def refusal(call):
    """The SDK's kind of error, with code, reason and detail as far as there are any; None when nothing was refused."""
    try:
        call()
    except sdk.Error as error:
        fault = [error.fault.reason, error.fault.detail] if error.fault else []
        return [type(error).__name__, error.code, *fault]
    return None


def boot_disk(vm, name, domain):
    """Gives a VM a thin disk of 4 GiB that it boots from, by its attachment."""
    return vm.disk_attachments_service().add(
        types.DiskAttachment(
            disk=types.Disk(
                name=name,
                provisioned_size=4 * GIB,
                format=types.DiskFormat.COW,
                storage_domains=[types.StorageDomain(id=domain.id)],
            ),
            interface=types.DiskInterface.VIRTIO_SCSI,
            bootable=True,
            active=True,
        )
    )
