"""
Operates the lab's engine with oVirt's own SDK, chapter by chapter in one process: `run.py SETTINGS.json CHAPTER...`.
Prints a line of JSON for each as soon as it has ended: its name, and what it has seen or where it broke.
"""
import importlib
import json
import sys
import traceback

from engine import Lab

lab = Lab(sys.argv[1])
for name in sys.argv[2:]:
    try:
        told = {"chapter": name, "seen": importlib.import_module(name).chapter(lab)}
    except Exception:
        told = {"chapter": name, "broken": traceback.format_exc()}
    print(json.dumps(told), flush=True)
lab.connection.close()
