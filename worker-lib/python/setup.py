"""What pyproject.toml cannot say: this wheel is for one kind of machine and for every Python 3."""

import os
import sys

from setuptools import Distribution, setup
from wheel.bdist_wheel import bdist_wheel

if not os.path.exists("fedwatt/libfedwatt.so"):
    sys.exit("fedwatt/libfedwatt.so is missing: the CMake target fedwatt_wheel builds the wheel.")


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True


class Wheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


setup(distclass=WithLibrary, cmdclass={"bdist_wheel": Wheel})
