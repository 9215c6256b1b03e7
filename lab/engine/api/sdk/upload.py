"""An image in pieces, up and down, as the SDK's examples upload_disk.py and download_disk.py for 4.3 do it."""
import hashlib
import http.client
import json
import os
import ssl
from urllib.parse import urlparse

import ovirtsdk4.types as types

from engine import gone, refusal, until

SIZE = 64 * 1024 * 1024
CHUNK = 8 * 1024 * 1024


def chapter(lab):
    seen = {}
    connection, system = lab.connection, lab.system
    disks = system.disks_service()
    transfers = system.image_transfers_service()
    context = ssl.create_default_context(cafile=lab.ca_file)

    def opened(disk, direction):
        """A transfer that is ready for its bytes."""
        transfer = transfers.add(
            types.ImageTransfer(disk=types.Disk(id=disk.id), direction=direction, format=types.DiskFormat.RAW)
        )
        service = transfers.image_transfer_service(transfer.id)
        until("transferring", lambda: service.get().phase == types.ImageTransferPhase.TRANSFERRING)
        return service

    def ended(service, disk):
        """Finalizes; in 4.3 the transfer is gone afterwards, and the disk tells how it went."""
        service.finalize()
        until("gone", lambda: gone(service))
        return disks.disk_service(disk.id).get().status.value

    def connect(address):
        parsed = urlparse(address)
        return http.client.HTTPSConnection(parsed.hostname, parsed.port, context=context), parsed.path

    disk = disks.add(
        types.Disk(
            name="sdk.iso",
            content_type=types.DiskContentType.ISO,
            provisioned_size=SIZE,
            format=types.DiskFormat.RAW,
            sparse=False,
            storage_domains=[types.StorageDomain(name="hosted_storage")],
        )
    )
    until("ok", lambda: disks.disk_service(disk.id).get().status == types.DiskStatus.OK)

    # The policy came with 4.4; what an engine does not know it refuses, it ignores nothing (JAXBValidationEventHandler).
    newer = types.ImageTransfer(
        disk=types.Disk(id=disk.id), timeout_policy=types.ImageTransferTimeoutPolicy.LEGACY
    )
    seen["newer"] = refusal(lambda: transfers.add(newer))[:3]
    upload = opened(disk, types.ImageTransferDirection.UPLOAD)
    transfer = upload.get()
    seen["transfer"] = [transfer.image.id == disk.id, transfer.direction.value, transfer.inactivity_timeout]
    seen["host"] = connection.follow_link(transfer.host).status.value
    seen["locked"] = disks.disk_service(disk.id).get().status.value
    content = os.urandom(SIZE)
    # One piece to the daemon, one through the proxy, in turns, each over its own kept connection.
    ways = [connect(transfer.transfer_url), connect(transfer.proxy_url)]
    ways[0][0].request("OPTIONS", ways[0][1])
    seen["features"] = json.loads(ways[0][0].getresponse().read())["features"]
    statuses = set()
    for number, start in enumerate(range(0, SIZE, CHUNK)):
        way, path = ways[number % 2]
        way.putrequest("PUT", f"{path}?flush=n")
        way.putheader("Content-Range", f"bytes {start}-{start + CHUNK - 1}/{SIZE}")
        way.putheader("Content-Length", str(CHUNK))
        way.endheaders()
        way.send(content[start : start + CHUNK])
        answer = way.getresponse()
        answer.read()
        statuses.add(answer.status)
    ways[0][0].request("PATCH", ways[0][1], body=json.dumps({"op": "flush"}))
    answer = ways[0][0].getresponse()
    answer.read()
    statuses.add(answer.status)
    seen["statuses"] = sorted(statuses)
    upload.extend()
    until("counted", lambda: upload.get().transferred == SIZE)
    seen["uploaded"] = ended(upload, disk)

    download = opened(disk, types.ImageTransferDirection.DOWNLOAD)
    way, path = connect(download.get().transfer_url)
    way.request("GET", path, headers={"Range": f"bytes=0-{SIZE - 1}"})
    answer = way.getresponse()
    seen["same"] = hashlib.sha256(answer.read()).digest() == hashlib.sha256(content).digest()
    seen["partial"] = answer.status
    seen["downloaded"] = ended(download, disk)

    vms = system.vms_service()
    vm = vms.add(
        types.Vm(name="isovm", cluster=types.Cluster(name="Cluster1"), template=types.Template(name="Blank"))
    )
    drives = vms.vm_service(vm.id).cdroms_service()
    drive = drives.cdrom_service(drives.list()[0].id)
    drive.update(cdrom=types.Cdrom(file=types.File(id=disk.id)))
    seen["inserted"] = drives.list()[0].file.id == disk.id
    drive.update(cdrom=types.Cdrom(file=types.File(id="")))
    seen["ejected"] = drive.get().file is None

    cancelled = opened(disk, types.ImageTransferDirection.UPLOAD)
    cancelled.pause()
    until("paused", lambda: cancelled.get().phase == types.ImageTransferPhase.PAUSED_USER)
    cancelled.resume()
    until("resumed", lambda: cancelled.get().phase == types.ImageTransferPhase.TRANSFERRING)
    cancelled.cancel()


    until("removed", lambda: gone(disks.disk_service(disk.id)))
    events = system.events_service().list(search="type=1031 or type=1032 or type=1033 or type=1073 or type=1074")
    seen["event_codes"] = sorted({event.code for event in events})
    return seen
